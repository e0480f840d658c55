// destroy() in the end listener: the automatic end() does not happen, no finish. D11 V08 V10
'use strict';

const net = require('net');
const { both, closeAfter, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.end('hello');
    peer.resume();
    watch(t.object('peer'), peer, 'end finish error close');
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'end finish error close');
    client.on('end', () => { client.destroy(); state(o, 'destroy returned', client); });
    client.resume();
    closeAfter(server, 1);
  });
});
