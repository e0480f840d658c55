// close() right after listen(): no listening event; whether it was running depends on the kind. S25 E01 E03
'use strict';

const net = require('net');
const { both, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer();
  const o = t.object('server');
  watch(o, server, 'listening close error');
  t.listen(server);
  trace(o, 'listening', server.listening);
  trace(o, 'close ->', server.close(told(o, 'close callback')) === server);
  trace(o, 'listening', server.listening);
});
