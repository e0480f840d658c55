// Removing the data listener of a paused socket: it stays paused, nothing is lost. V05 D12 F1
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, flow, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    const listener = (d) => trace(o, 'never', chunkText(d));
    client.on('data', listener);
    client.pause();
    client.off('data', listener);
    flow(o, 'removed', client);
    after(30, () => {
      flow(o, 'later', client);
      client.on('data', (d) => trace(o, 'data', chunkText(d)));
      flow(o, 'listening', client);
      client.resume();
    });
    watch(o, client, 'end close');
    closeAfter(server, 1);
  });
});
