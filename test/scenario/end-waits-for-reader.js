// The FIN is answered when 'end' is emitted, after the buffered data was read, not when it arrives. V08 V10 F2 F4
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, state, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'end finish error close');
    peer.pause();
    after(40, () => {
      state(o, 'resume', peer);
      peer.on('data', (d) => trace(o, 'data', chunkText(d)));
      peer.resume();
    });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'finish end close');
    client.end('hello');
    after(20, () => state(o, 'before the peer reads', client));
    client.resume();
    closeAfter(server, 1);
  });
});
