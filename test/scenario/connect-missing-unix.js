// Connecting to a path that does not exist: the error comes later, never from the call. I01 K08 V14 F29
'use strict';

const net = require('net');
const { state, tempPath, tick, trace, watch } = require('./support/trace');

const path = tempPath();
const client = net.connect(path, () => trace('client', 'callback'));
trace('client', 'connect returned');
watch('client', client, 'connectionAttempt connectionAttemptFailed connect error close');
state('client', 'return', client);
tick(() => trace('client', 'tick'));
client.on('error', () => state('client', 'error', client));
client.on('close', () => state('client', 'close', client));
