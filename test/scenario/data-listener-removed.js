// Removing the data listener does not pause: bytes that come meanwhile are lost. V05 V06 F1
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, flow, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.write('one');
    after(50, () => peer.write('two'));
    after(150, () => peer.end('three'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.once('data', (d) => {
      trace(o, 'first', chunkText(d));
      tick(() => flow(o, 'removed', client));
      after(100, () => client.on('data', (rest) => trace(o, 'second', chunkText(rest))));
    });
    watch(o, client, 'end close');
    client.on('close', () => trace(o, 'bytesRead', client.bytesRead));
    closeAfter(server, 1);
  });
});
