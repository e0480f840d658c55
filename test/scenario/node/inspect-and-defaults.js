// The defaults of the module, and properties of sockets and servers nobody used. M21 K18 K19 K20 K26 K27 D15 F32
'use strict';

const net = require('net');
const { trace } = require('../support/trace');

trace('net', net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout());
net.setDefaultAutoSelectFamilyAttemptTimeout(5);
trace('net', net.getDefaultAutoSelectFamilyAttemptTimeout());
const socket = new net.Socket();
for (const name of ['connecting', 'pending', 'readyState', 'destroyed', 'bytesRead', 'bytesWritten', 'bufferSize', 'timeout',
  'localAddress', 'localPort', 'localFamily', 'remoteAddress', 'remotePort', 'remoteFamily', 'server', 'allowHalfOpen',
  'readableHighWaterMark', 'writableHighWaterMark', 'autoSelectFamilyAttemptedAddresses', 'readableObjectMode',
  'writableObjectMode', 'closed', 'errored', 'writableCorked', 'readableEncoding']) {
  trace('socket', name, JSON.stringify(socket[name]));
}
trace('socket', 'address', JSON.stringify(socket.address()), Object.prototype.toString.call(socket), socket.constructor.name);
const server = new net.Server();
for (const name of ['listening', 'connections', 'maxConnections', 'allowHalfOpen', 'pauseOnConnect', 'noDelay', 'keepAlive']) {
  trace('server', name, JSON.stringify(server[name]));
}
trace('server', 'address', server.address());
