// Sockets that were destroyed with an error are collected: the frames of an Error that nobody printed hold the socket. D10
'use strict';

const net = require('net');
const { both, trace } = require('../support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.on('error', () => {}).resume());
  let left = 20;
  const next = () => {
    if (left-- === 0) return server.close();
    const client = net.connect(t.target(server));
    client.on('error', (err) => trace(t.object('client'), 'error', err.message));
    client.on('connect', function() { this.destroy(new Error('enough')); });
    client.on('close', () => setImmediate(next));
    return undefined;
  };
  t.listen(server, next);
});
