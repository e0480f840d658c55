// An error nobody listens to is thrown; close still comes. V14 V15 U15
'use strict';

const net = require('net');
const { onUncaught, refusedPort, tempPath, watch } = require('./support/trace');

onUncaught();
const path = tempPath();
const client = net.connect(path);
watch('client', client, 'close');
refusedPort((port) => {
  const other = net.connect(port, '127.0.0.1');
  watch('other', other, 'close');
  other.on('close', () => {
    const server = net.createServer();
    watch('server', server, 'listening close');
    server.listen({ path: path + '/missing' });
  });
});
