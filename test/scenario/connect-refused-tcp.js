// A refused connection: attempt, failure, error, close(true). K08 V14 V15
'use strict';

const net = require('net');
const { refusedPort, state, trace, watch } = require('./support/trace');

refusedPort((port) => {
  const client = net.connect(port, '127.0.0.1', () => trace('client', 'callback'));
  watch('client', client, 'connectionAttempt connectionAttemptFailed connect ready end finish error close');
  state('client', 'return', client);
  client.on('error', () => state('client', 'error', client));
  client.on('close', () => state('client', 'close', client));
});
