// connect() on a socket destroyed before it ever connected. K10 D11
'use strict';

const net = require('net');
const { Transport, closeAfter, state, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => peer.end('hello'));
t.listen(server, () => {
  const client = new net.Socket();
  watch('client', client, 'connect ready data end finish error close');
  client.destroy();
  client.once('close', () => {
    client.connect(t.target(server));
    state('client', 'connect returned', client);
  });
  closeAfter(server, 1);
});
