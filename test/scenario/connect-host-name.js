// A host name is looked up before the attempt; the event carries what the resolver said. K15 V04 V01 V03
'use strict';

const net = require('net');
const { Transport, closeAfter, state, tick, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => peer.end());
t.listen(server, () => {
  const lookup = (host, options, f) => {
    trace('client', 'lookup of', host, 'all', options.all === true, 'family', options.family);
    tick(() => f(null, [{ address: '127.0.0.1', family: 4 }]));
  };
  const client = net.connect({ port: server.address().port, host: 'one.test', lookup });
  trace('client', 'connect returned');
  watch('client', client, 'lookup connectionAttempt connect ready end finish close');
  client.resume();
  state('client', 'return', client);
  client.on('lookup', () => state('client', 'lookup', client));
  client.on('connectionAttempt', () => state('client', 'connectionAttempt', client));
  closeAfter(server, 1);
});
