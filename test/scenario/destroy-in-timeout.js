// destroy() in the timeout listener, the usual use. D11 D15 V13
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.setTimeout(30, () => { trace(o, 'callback'); client.destroy(); });
    watch(o, client, 'timeout end finish error close');
    client.resume();
    closeAfter(server, 1);
  });
});
