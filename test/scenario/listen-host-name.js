// listen with a host name: looked up first. S03 S25 E01
'use strict';

const net = require('net');
const { trace, watch } = require('./support/trace');

const server = net.createServer();
watch('server', server, 'listening close error');
server.listen(0, 'localhost', () => {
  trace('server', 'callback, listening', server.listening);
  server.close();
});
trace('server', 'listening', server.listening, 'address', server.address());
