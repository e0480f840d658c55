// A refused connection to a host name names the address it tried, not the host. K08 K15 V04 V14
'use strict';

const net = require('net');
const { refusedPort, tick, watch } = require('./support/trace');

refusedPort((port) => {
  const lookup = (host, options, f) => tick(() => f(null, [{ address: '127.0.0.1', family: 4 }]));
  const client = net.connect({ port, host: 'one.test', lookup });
  watch('client', client, 'lookup connectionAttempt connectionAttemptFailed connect error close');
});
