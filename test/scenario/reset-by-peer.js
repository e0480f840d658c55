// resetAndDestroy() on one side: ECONNRESET with close(true) on the other, a plain close on its own. V14 V15 F8
'use strict';

const net = require('net');
const { Transport, closeAfter, state, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => {
  watch('peer', peer, 'end finish error close');
  peer.on('data', () => {
    trace('peer', 'resetAndDestroy ->', peer.resetAndDestroy() === peer);
    state('peer', 'reset returned', peer);
  });
});
closeAfter(server, 1);
t.listen(server, () => {
  const client = net.connect(t.target(server));
  client.write('hello');
  watch('client', client, 'connect data end finish error close');
  client.on('error', () => state('client', 'error', client));
});
