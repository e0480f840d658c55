// pause() in the connection listener holds although a data listener is there. D12 E02 F1
'use strict';

const net = require('net');
const { after, both, closeAfter, flow, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'data end close');
    peer.pause();
    flow(o, 'pause returned', peer);
    after(40, () => { flow(o, 'later', peer); peer.resume(); });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.end('hello');
    client.resume();
    closeAfter(server, 1);
  });
});
