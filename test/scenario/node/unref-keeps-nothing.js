// A program ends when only what was unref'd is left: before connecting, connected, listening. S39 D19 F12
'use strict';

const net = require('net');
const { both, trace, watch } = require('../support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.unref().resume());
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    trace(t.object('client'), 'unref ->', client.unref() === client, client.ref() === client);
    watch(t.object('client'), client, 'connect end close');
    client.on('connect', () => {
      client.unref();
      trace(t.object('server'), 'unref ->', server.unref() === server);
    });
  });
});
