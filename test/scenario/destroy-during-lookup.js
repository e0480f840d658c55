// destroy() while the lookup runs; its late answer is not heard. K15 D11 F14 F19
'use strict';

const net = require('net');
const { after, state, tick, told, trace, watch } = require('./support/trace');

const answers = [];
const lookup = (host, options, f) => answers.push(f);
const client = net.connect({ port: 1, host: 'late.test', lookup }, () => trace('client', 'callback'));
watch('client', client, 'lookup connectionAttempt connect error close');
client.write('lost', told('client', 'write callback'));
tick(() => {
  trace('client', 'lookups', answers.length);
  client.destroy();
  state('client', 'destroy returned', client);
});
after(20, () => {
  trace('client', 'late answer');
  answers[0](null, [{ address: '127.0.0.1', family: 4 }]);
});
