// What an accepted socket is at its birth. E02 K05 V02 F32
'use strict';

const net = require('net');
const { both, closeAfter, flow, sides, state, tick, trace, watch } = require('./support/trace');

both((t) => {
  const o = t.object('peer');
  const server = net.createServer((peer) => {
    state(o, 'connection', peer);
    sides(o, 'connection', peer);
    flow(o, 'connection', peer);
    trace(o, 'server', peer.server === server, 'timeout', peer.timeout, 'allowHalfOpen', peer.allowHalfOpen);
    watch(o, peer, 'connect ready data end finish close');
    tick(() => trace(o, 'tick'));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    trace(t.object('client'), 'server', client.server);
    client.end('hello');
    client.resume();
    closeAfter(server, 1);
  });
});
