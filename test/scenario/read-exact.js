// read(n): null while there is too little, the rest when the peer has ended. V05 V08
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.write('abcdefgh');
    after(30, () => peer.end('ijk'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    const take = (n) => {
      const chunk = client.read(n);
      trace(o, `read(${n})`, chunk === null ? 'null' : chunkText(chunk), 'left', client.readableLength);
    };
    let rounds = 0;
    client.on('readable', () => {
      trace(o, 'readable', ++rounds);
      if (rounds === 1) { take(3); take(6); take(0); take(4); take(2); }
      else take(9);
    });
    watch(o, client, 'end close');
    closeAfter(server, 1);
  });
});
