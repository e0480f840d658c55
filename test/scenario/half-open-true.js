// With allowHalfOpen the socket stays writable after 'end' until end(). M05 M06 V11 V12 F4
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    const o = t.object('peer');
    watch(o, peer, 'end finish error close');
    peer.resume();
    peer.on('end', () => {
      state(o, 'end', peer);
      after(30, () => {
        state(o, 'later', peer);
        peer.end('late answer');
        state(o, 'end returned', peer);
      });
    });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    gather(t.object('client'), client);
    watch(t.object('client'), client, 'end finish close');
    client.end('question');
    closeAfter(server, 1);
  });
});
