// listen() while listening throws, and the first one stays. S22 C5 F23 U22
'use strict';

const net = require('net');
const { attempt, both, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer();
  const o = t.object('server');
  watch(o, server, 'listening close error');
  t.listen(server, () => {
    attempt(o, 'listen in callback', () => server.listen(0, '127.0.0.1', told(o, 'never')));
    trace(o, 'listening', server.listening);
    server.close();
    trace(o, 'listening', server.listening);
  });
});
