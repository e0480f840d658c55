// An echo through pipe of more than all buffers hold: back-pressure, nothing lost. D04 D12 V07
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.pipe(peer); watch(t.object('peer'), peer, 'unpipe end finish close'); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'finish');
    after(40, () => { gather(o, client); watch(o, client, 'end close'); });
    client.end('x'.repeat(9000000));
    closeAfter(server, 1);
  });
});
