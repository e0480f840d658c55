// A peer that ends without a byte: 'end' comes even to a socket without a data listener. V08 V10 F2
'use strict';

const net = require('net');
const { after, both, closeAfter, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end());
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect end finish close');
    after(40, () => { state(o, 'later', client); client.destroy(); });
    closeAfter(server, 1);
  });
});
