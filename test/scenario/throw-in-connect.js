// An exception in a connect listener: no later listener, no ready, and reading does not start. V01 V03
'use strict';

const net = require('net');
const { after, both, closeAfter, onUncaught, raise, state, trace, watch } = require('./support/trace');

onUncaught();
both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('connect', () => { trace(o, 'throwing'); raise(o, 'in connect'); });
    watch(o, client, 'connect ready data end finish error close');
    after(40, () => {
      state(o, 'later', client);
      trace(o, 'bytesRead', client.bytesRead);
      client.destroy();
    });
    closeAfter(server, 1);
  });
});
