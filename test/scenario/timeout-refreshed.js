// Bytes read or written put the timeout off. D15 F5
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.resume();
    for (const ms of [100, 200, 300]) after(ms, () => peer.write('x'));
    after(1300, () => peer.end());
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    gather(o, client);
    watch(o, client, 'timeout end close');
    client.setTimeout(300);
    for (const ms of [400, 550, 700]) after(ms, () => { trace(o, 'write'); client.write('y'); });
    closeAfter(server, 1);
  });
});
