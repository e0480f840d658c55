// destroy() in the connect listener: ready still follows, then only close. D11 V01 V03 F9 F19
'use strict';

const net = require('net');
const { both, closeAfter, state, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('connect', () => { trace(o, 'destroying'); client.destroy(); });
    watch(o, client, 'connect ready data end finish error close');
    client.on('ready', () => state(o, 'ready', client));
    closeAfter(server, 1);
  });
});
