// Exceptions in listening and connection listeners: the server lives on. E01 E02
'use strict';

const net = require('net');
const { both, onUncaught, raise, told, trace, watch } = require('./support/trace');

onUncaught();
both((t) => {
  const o = t.object('server');
  const server = net.createServer((peer) => {
    watch(t.object('peer'), peer, 'end finish close');
    peer.resume();
    trace(o, 'throwing');
    raise(o, 'in connection');
  });
  watch(o, server, 'close');
  server.on('listening', () => {
    trace(o, 'listening');
    const client = net.connect(t.target(server));
    client.resume();
    client.end('hello', told(t.object('client'), 'end callback'));
    watch(t.object('client'), client, 'end close');
    client.on('close', () => server.close());
    raise(o, 'in listening');
  });
  t.listen(server);
});
