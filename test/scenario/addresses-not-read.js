// Addresses first asked for after destroy are gone. K22 K24 K25
'use strict';

const net = require('net');
const { Transport, closeAfter, trace } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
closeAfter(server, 1);
t.listen(server, () => {
  const client = net.connect(t.target(server));
  client.on('connect', () => {
    client.destroy();
    trace('client', 'remote', client.remoteAddress, client.remotePort, client.remoteFamily);
    trace('client', 'local', client.localAddress, client.localPort, client.localFamily);
    trace('client', 'address fields', Object.keys(client.address()).length);
  });
});
