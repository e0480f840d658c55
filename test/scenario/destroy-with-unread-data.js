// destroy() while bytes wait in the buffer: they are gone, no data, no end. D11 V05 F9
'use strict';

const net = require('net');
const { after, both, closeAfter, sides, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect end finish error close');
    const look = () => {
      if (client.readableLength === 0) return after(2, look);
      trace(o, 'length', client.readableLength);
      client.destroy();
      sides(o, 'destroy returned', client);
    };
    look();
    client.on('close', () => sides(o, 'close', client));
    closeAfter(server, 1);
  });
});
