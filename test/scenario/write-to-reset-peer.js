// write() to a peer that has gone away without reading, half-open: EPIPE or reset from the kernel. V14 V15 F8
'use strict';

const net = require('net');
const { Transport, after, closeAfter, state, told, trace, watch } = require('./support/trace');

const t = new Transport('unix');
const server = net.createServer((peer) => after(20, () => peer.destroy()));
closeAfter(server, 1);
t.listen(server, () => {
  const client = net.connect(t.target(server, { allowHalfOpen: true }));
  watch('client', client, 'end finish error close');
  client.resume();
  client.on('end', () => after(20, () => {
    trace('client', 'write ->', client.write('late', told('client', 'write callback')));
    state('client', 'write returned', client);
  }));
});
