// destroy() in the lookup listener: no attempt. D11 V04 F19
'use strict';

const net = require('net');
const { state, tick, watch } = require('./support/trace');

const lookup = (host, options, f) => tick(() => f(null, [{ address: '127.0.0.1', family: 4 }]));
const client = net.connect({ port: 1, host: 'one.test', lookup });
watch('client', client, 'lookup connectionAttempt connect error close');
client.on('lookup', () => { client.destroy(); state('client', 'destroy returned', client); });
