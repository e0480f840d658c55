// unshift() puts bytes back: they come first, as a chunk of their own. V05
'use strict';

const net = require('net');
const { after, attempt, both, chunkText, closeAfter, flow, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('GET rest'); peer.resume(); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.once('data', (d) => {
      trace(o, 'head', chunkText(d.subarray(0, 4)));
      client.pause();
      client.unshift(d.subarray(4));
      flow(o, 'unshift returned', client);
      after(20, () => {
        client.on('data', (rest) => trace(o, 'data', chunkText(rest)));
        client.unshift(Buffer.from('more '));
        client.resume();
      });
    });
    watch(o, client, 'end close');
    client.on('end', () => attempt(o, 'unshift in end', () => client.unshift(Buffer.from('x'))));
    watch(o, client, 'error');
    closeAfter(server, 1);
  });
});
