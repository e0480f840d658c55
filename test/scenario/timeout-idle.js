// setTimeout(ms): 'timeout' on an idle socket, which stays open; it comes once unless something moves. D15 V13
'use strict';

const net = require('net');
const { after, both, closeAfter, state, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.resume());
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'timeout end finish close');
    trace(o, 'timeout', client.timeout);
    trace(o, 'setTimeout ->', client.setTimeout(100) === client);
    trace(o, 'timeout', client.timeout);
    client.on('timeout', () => state(o, 'timeout', client));
    after(300, () => client.end());
    client.resume();
    closeAfter(server, 1);
  });
});
