// destroy(err) while the lookup runs: the error, then close(true). K15 D11 V14
'use strict';

const net = require('net');
const { tick, trace, watch } = require('./support/trace');

const lookup = () => trace('client', 'lookup called');
const client = net.connect({ port: 1, host: 'late.test', lookup });
watch('client', client, 'lookup connectionAttempt connect error close');
tick(() => {
  client.destroy(new Error('enough'));
  trace('client', 'destroy returned');
});
