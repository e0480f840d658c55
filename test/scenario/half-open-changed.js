// allowHalfOpen may be changed while connected: it is read when 'end' is emitted. M06 F4
'use strict';

const net = require('net');
const { after, both, closeAfter, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'end finish error close');
    peer.allowHalfOpen = true;
    peer.resume();
    peer.on('end', () => after(20, () => { state(o, 'later', peer); peer.end(); }));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.resume();
    client.end();
    watch(t.object('client'), client, 'end finish close');
    closeAfter(server, 1);
  });
});
