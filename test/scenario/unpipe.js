// unpipe() stops the flow; what comes meanwhile waits; piping again goes on. D12
'use strict';

const net = require('net');
const { both, closeAfter, flow, gather, trace, until, watch } = require('./support/trace');

both((t) => {
  let client = null;
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'pipe unpipe end finish close');
    peer.pipe(peer);
    until(() => client.bytesRead === 3, () => {
      trace(o, 'unpipe ->', peer.unpipe(peer) === peer);
      flow(o, 'unpiped', peer);
      client.end('two');
      until(() => peer.bytesRead === 6, () => {
        flow(o, 'later', peer);
        peer.pipe(peer);
      });
    });
  });
  t.listen(server, () => {
    client = net.connect(t.target(server));
    gather(t.object('client'), client);
    watch(t.object('client'), client, 'end close');
    client.write('one');
    closeAfter(server, 1);
  });
});
