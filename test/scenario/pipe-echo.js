// peer.pipe(peer): every byte comes back, and the end too. D12 M23
'use strict';

const net = require('net');
const { after, both, closeAfter, flow, gather, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'pipe unpipe end finish close');
    trace(o, 'pipe ->', peer.pipe(peer) === peer);
    flow(o, 'pipe returned', peer);
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    gather(t.object('client'), client);
    watch(t.object('client'), client, 'finish end close');
    client.write('hello ');
    after(20, () => client.end('world'));
    closeAfter(server, 1);
  });
});
