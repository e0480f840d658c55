// 'readable' and read(): nothing flows by itself, end comes after the last read. V05 V08
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.write('hello');
    after(30, () => peer.end(' world'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    trace(o, 'read ->', client.read());
    client.on('readable', () => {
      trace(o, 'readable, length', client.readableLength);
      let chunk;
      while ((chunk = client.read()) !== null) trace(o, 'read', chunkText(chunk));
    });
    watch(o, client, 'end finish close');
    closeAfter(server, 1);
  });
});
