// allowHalfOpen on the client: it answers after the peer has ended. M18 K03 V11 F3 F4
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    peer.end('first');
    gather(o, peer);
    watch(o, peer, 'finish end error close');
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server, { allowHalfOpen: true }));
    const o = t.object('client');
    watch(o, client, 'data end finish error close');
    client.on('end', () => after(20, () => { state(o, 'later', client); client.end('second'); }));
    closeAfter(server, 1);
  });
});
