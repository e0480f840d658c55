// When all addresses are refused there is one error. K13 K15 V04 V14
'use strict';

const net = require('net');
const { fields, refusedPort, tick, trace, watch } = require('./support/trace');

refusedPort((port) => {
  const lookup = (host, options, f) => {
    tick(() => f(null, [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.1', family: 4 }]));
  };
  const client = net.connect({ port, host: 'two.test', lookup });
  watch('client', client, 'lookup connectionAttempt connectionAttemptFailed connect error close');
  client.on('error', (err) => {
    trace('client', err.name, err.errors.length);
    for (const e of err.errors) trace('client', 'inner', fields(e));
  });
});
