// The server's close event comes before the close event of the last socket it was waiting for. S26 E04 F28
'use strict';

const net = require('net');
const { both, tick, trace, watch } = require('./support/trace');

both((t) => {
  const o = t.object('server');
  const server = net.createServer((peer) => {
    server.close(() => trace(o, 'close callback'));
    watch(o, peer, 'end finish');
    peer.on('close', () => { trace(o, 'peer close'); tick(() => trace(o, 'tick of peer close')); });
    peer.destroy();
  });
  server.on('close', () => trace(o, 'server close'));
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.resume();
    client.on('error', () => {});
  });
});
