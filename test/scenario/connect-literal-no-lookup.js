// A literal address is not looked up: lookup is never called, the attempt is made on the next tick. K15 V04
'use strict';

const net = require('net');
const { Transport, closeAfter, tick, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => peer.end());
t.listen(server, () => {
  tick(() => trace('client', 'tick before'));
  const lookup = () => trace('client', 'lookup called');
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', lookup });
  tick(() => trace('client', 'tick after'));
  watch('client', client, 'lookup connectionAttempt connect ready end finish close');
  client.resume();
  closeAfter(server, 1);
});
