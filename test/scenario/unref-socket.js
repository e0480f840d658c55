// unref() of both ends of an idle connection lets the program end without close. D19 F12
'use strict';

const net = require('net');
const { after, both, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    watch(t.object('peer'), peer, 'end close');
    trace(t.object('peer'), 'unref ->', peer.unref() === peer);
    peer.resume();
  });
  server.unref();
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    watch(t.object('client'), client, 'connect end close');
    client.on('connect', () => after(30, () => client.unref()));
    client.resume();
  });
});
