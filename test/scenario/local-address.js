// localAddress binds before connecting. M17 K11 K22 K24
'use strict';

const net = require('net');
const { Transport, closeAfter, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => {
  trace('peer', 'remoteAddress', peer.remoteAddress);
  peer.end();
});
t.listen(server, () => {
  const client = net.connect(t.target(server, { localAddress: '127.0.0.2' }));
  watch('client', client, 'connectionAttempt connect error end close');
  client.on('connect', () => trace('client', 'localAddress', client.localAddress));
  client.resume();
  closeAfter(server, 1);
});
