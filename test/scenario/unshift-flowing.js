// unshift() in the data listener of a flowing socket: the chunk comes back. V05
'use strict';

const net = require('net');
const { both, chunkText, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    let first = true;
    client.on('data', (d) => {
      trace(o, 'data', chunkText(d));
      if (first) {
        first = false;
        client.unshift(d.subarray(2));
        trace(o, 'unshift returned');
      }
    });
    watch(o, client, 'end close');
    closeAfter(server, 1);
  });
});
