// destroy() with another error in the error listener: the first error stays, close comes once. D11 V14
'use strict';

const net = require('net');
const { refusedPort, trace, watch } = require('./support/trace');

refusedPort((port) => {
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => {
    client.destroy();
    client.destroy(new Error('second'));
    trace('client', 'destroy returned');
  });
  watch('client', client, 'error close');
  client.on('close', () => trace('client', 'errored', client.errored.code));
});
