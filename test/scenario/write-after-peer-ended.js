// write() after the peer ended and we did too: EPIPE by Node's own text, and the socket is destroyed. D02 F31 V14
'use strict';

const net = require('net');
const { both, closeAfter, state, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end(); peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'end finish error close');
    client.resume();
    client.on('end', () => {
      client.end();
      trace(o, 'write ->', client.write('late', told(o, 'write callback')));
      state(o, 'write returned', client);
    });
    closeAfter(server, 1);
  });
});
