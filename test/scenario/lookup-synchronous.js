// A resolver that answers inside the call: lookup and attempt happen before connect() returns. K15 V04
'use strict';

const net = require('net');
const { Transport, closeAfter, state, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => peer.end());
t.listen(server, () => {
  const lookup = (host, options, f) => f(null, [{ address: '127.0.0.1', family: 4 }]);
  const client = new net.Socket();
  watch('client', client, 'lookup connectionAttempt connect ready end finish close');
  client.resume();
  client.connect({ port: server.address().port, host: 'one.test', lookup });
  trace('client', 'connect returned');
  state('client', 'connect returned', client);
  closeAfter(server, 1);
});
