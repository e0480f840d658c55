// pipe with end: false leaves the destination open. D12
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    const o = t.object('peer');
    watch(o, peer, 'pipe unpipe end finish close');
    peer.pipe(peer, { end: false });
    peer.on('end', () => after(20, () => { state(o, 'later', peer); peer.end(' and the rest'); }));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    gather(t.object('client'), client);
    client.end('hello');
    closeAfter(server, 1);
  });
});
