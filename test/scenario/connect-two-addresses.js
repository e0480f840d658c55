// Of two addresses the first is refused and the second answers: one socket, one connect. K13 K15 V04 F13
'use strict';

const net = require('net');
const { Transport, closeAfter, tick, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => peer.end());
t.listen(server, () => {
  const lookup = (host, options, f) => {
    tick(() => f(null, [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.1', family: 4 }]));
  };
  const client = net.connect({ port: server.address().port, host: 'two.test', lookup });
  watch('client', client, 'lookup connectionAttempt connectionAttemptFailed connect ready error end finish close');
  client.on('connect', () => trace('client', client.remoteAddress));
  client.resume();
  closeAfter(server, 1);
});
