// destroy() in the connection listener of the server. D11 E02
'use strict';

const net = require('net');
const { both, closeAfter, state, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'data end finish error close');
    peer.destroy();
    state(o, 'destroy returned', peer);
    tick(() => trace(o, 'tick'));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect data end finish error close');
    client.resume();
    closeAfter(server, 1);
  });
});
