// The default host is localhost, and it goes through lookup. M12 K12 V04
'use strict';

const net = require('net');
const { Transport, closeAfter, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => peer.end());
t.listen(server, () => {
  const client = net.connect({ port: server.address().port, family: 4 });
  watch('client', client, 'lookup connectionAttempt connect ready end finish close');
  client.resume();
  closeAfter(server, 1);
});
