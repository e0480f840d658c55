// A socket that was refused connects elsewhere from its close listener. K10 V14
'use strict';

const net = require('net');
const { Transport, closeAfter, refusedPort, watch } = require('./support/trace');

const t = new Transport('tcp');
refusedPort((port) => {
  const server = net.createServer((peer) => peer.end());
  t.listen(server, () => {
    const client = new net.Socket();
    watch('client', client, 'connect error end finish close');
    client.once('close', () => {
      client.connect(t.target(server));
      client.resume();
      closeAfter(server, 1);
    });
    client.connect(port, '127.0.0.1');
  });
});
