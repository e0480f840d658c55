// An exception in a data listener: reported; the next chunks and the end still come. V05 V08
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, onUncaught, raise, trace, watch } = require('./support/trace');

onUncaught();
both((t) => {
  const server = net.createServer((peer) => {
    peer.write('one');
    after(30, () => peer.end('two'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('data', (d) => { trace(o, 'data', chunkText(d)); raise(o, 'in data'); });
    watch(o, client, 'end finish error close');
    closeAfter(server, 1);
  });
});
