// The server closes while a connection is open: new ones are refused, the old one works. S25 S26
'use strict';

const net = require('net');
const { Transport, told, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => {
  peer.on('data', (d) => peer.end(d));
  server.close(told('server', 'close callback'));
  const late = net.connect(target);
  watch('late', late, 'connect error close');
  late.on('close', () => client.write('still here'));
});
let target = null;
let client = null;
t.listen(server, () => {
  target = t.target(server);
  client = net.connect(target);
  watch('client', client, 'connect data end finish close');
});
