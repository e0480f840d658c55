// destroy() in the readable listener: no further read, no end. D11 V05 F9
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('readable', () => {
      trace(o, 'readable, length', client.readableLength);
      client.destroy();
      trace(o, 'read ->', client.read());
    });
    watch(o, client, 'end finish error close');
    closeAfter(server, 1);
  });
});
