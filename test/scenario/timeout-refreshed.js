// Bytes read or written put the timeout off. D15 F5
'use strict';

const net = require('net');
const { after, both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.resume();
    for (const ms of [50, 100, 150]) after(ms, () => peer.write('x'));
    after(450, () => peer.end());
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'data timeout end close');
    client.setTimeout(120);
    for (const ms of [200, 250]) after(ms, () => { trace(o, 'write'); client.write('y'); });
    closeAfter(server, 1);
  });
});
