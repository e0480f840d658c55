// unpipe() stops the flow; what comes meanwhile waits; piping again goes on. D12
'use strict';

const net = require('net');
const { after, both, closeAfter, flow, gather, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'pipe unpipe end finish close');
    peer.pipe(peer);
    after(30, () => {
      trace(o, 'unpipe ->', peer.unpipe(peer) === peer);
      flow(o, 'unpiped', peer);
    });
    after(90, () => {
      flow(o, 'later', peer);
      peer.pipe(peer);
    });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    gather(t.object('client'), client);
    watch(t.object('client'), client, 'end close');
    client.write('one');
    after(60, () => client.end('two'));
    closeAfter(server, 1);
  });
});
