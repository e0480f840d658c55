// destroy() in the finish listener: the peer sees a clean end. D11 D06
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    gather(t.object('peer'), peer);
    peer.on('end', () => after(20, () => peer.destroy()));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('connect', () => client.end('bye', told(o, 'end callback')));
    client.on('finish', () => { client.destroy(); trace(o, 'destroy returned'); });
    watch(o, client, 'finish end error close');
    closeAfter(server, 1);
  });
});
