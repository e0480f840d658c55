// getConnections answers on a tick; connections closed and open. S35 F28
'use strict';

const net = require('net');
const { after, both, trace } = require('./support/trace');

both((t) => {
  const o = t.object('server');
  const server = net.createServer((peer) => {
    peer.resume();
    trace(o, 'getConnections ->', server.getConnections((err, n) => trace(o, 'count', err, n)) === server);
    trace(o, 'getConnections returned');
    peer.on('end', () => server.getConnections((err, n) => trace(o, 'count at end', n)));
    peer.on('close', () => server.getConnections((err, n) => trace(o, 'count at close', n)));
  });
  server.getConnections((err, n) => trace(o, 'count before listen', n));
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.resume();
    after(30, () => { server.close(); server.getConnections((err, n) => trace(o, 'count closing', n)); client.end(); });
  });
});
