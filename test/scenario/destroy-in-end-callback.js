// destroy() in the callback of end(): finish still comes. D07 D11
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    gather(t.object('peer'), peer);
    peer.on('end', () => after(20, () => peer.destroy()));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'finish end error close');
    client.on('connect', () => client.end('bye', (err) => {
      trace(o, 'end callback', err ? err.code : 'no error');
      client.destroy();
    }));
    closeAfter(server, 1);
  });
});
