// unref() before listen: nothing keeps the program alive; ref() takes it back. S39 F12
'use strict';

const net = require('net');
const { after, both, trace, watch } = require('./support/trace');

both((t) => {
  const o = t.object('server');
  const server = net.createServer();
  trace(o, 'unref ->', server.unref() === server, server.unref() === server);
  t.listen(server, () => trace(o, 'callback, listening', server.listening));
  watch(o, server, 'listening close');
  const other = net.createServer();
  other.listen(0, '127.0.0.1', () => {
    trace(t.object('other'), 'unref ref ->', other.unref() === other, other.ref() === other);
    after(20, () => other.unref());
  });
});
