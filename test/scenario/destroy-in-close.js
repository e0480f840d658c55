// destroy() and destroy(err) in the close listener do nothing any more. D11 V15
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end());
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('close', () => {
      client.destroy();
      client.destroy(new Error('too late'));
      trace(o, 'destroy returned');
    });
    watch(o, client, 'error close');
    client.resume();
    closeAfter(server, 1);
  });
});
