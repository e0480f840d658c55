// write() after end(): false, the error to the callback and as an event, and the socket is destroyed. D02 F31 V14
'use strict';

const net = require('net');
const { both, closeAfter, state, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'error finish end close');
    client.on('connect', () => {
      client.end();
      trace(o, 'write ->', client.write('late', told(o, 'write callback')));
      state(o, 'write returned', client);
      tick(() => trace(o, 'tick'));
    });
    client.resume();
    closeAfter(server, 1);
  });
});
