// A second end() with data is a write after end. D06 F31
'use strict';

const net = require('net');
const { both, closeAfter, state, told, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'error finish end close');
    client.on('connect', () => {
      client.end('one', told(o, 'end callback 1'));
      client.end('two', told(o, 'end callback 2'));
      state(o, 'second end returned', client);
    });
    client.resume();
    closeAfter(server, 1);
  });
});
