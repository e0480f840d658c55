// Descriptors that are none: those of a Socket throw, that of listen() is an error. S12 F17 K01
'use strict';

const net = require('net');
const { attempt, trace, watch } = require('../support/trace');

for (const fd of [-1, 1.5, '3', 2 ** 31]) {
  attempt('net', `fd ${fd}`, () => new net.Socket({ fd }));
}
const none = net.createServer();
watch('none', none, 'listening close');
none.on('error', (err) => trace('none', 'error', err.code, err.syscall));
attempt('none', 'listen', () => none.listen({ fd: 9999 }));
