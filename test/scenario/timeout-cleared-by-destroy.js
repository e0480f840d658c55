// After destroy() no timeout comes; setting one on a closed socket is harmless. D11 D15 F5
'use strict';

const net = require('net');
const { after, both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'timeout close');
    client.setTimeout(100);
    client.on('connect', () => client.destroy());
    client.on('close', () => trace(o, 'setTimeout ->', client.setTimeout(10) === client));
    after(200, () => trace(o, 'done'));
    closeAfter(server, 1);
  });
});
