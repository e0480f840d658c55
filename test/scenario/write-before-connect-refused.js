// Writes queued for a connection that fails: every callback gets an error. D05 F30 V14
'use strict';

const net = require('net');
const { counters, refusedPort, told, trace, watch } = require('./support/trace');

refusedPort((port) => {
  const client = net.connect(port, '127.0.0.1');
  watch('client', client, 'connect error finish close');
  trace('client', 'write ->', client.write('one', told('client', 'write callback 1')));
  trace('client', 'write ->', client.write('two', told('client', 'write callback 2')));
  client.end(told('client', 'end callback'));
  counters('client', 'queued', client);
  client.on('close', () => counters('client', 'close', client));
});
