// A closed server listens again; close callbacks belong to their own close. S22 S25 E01 E03
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end());
  const o = t.object('server');
  watch(o, server, 'listening connection close error');
  t.listen(server, () => {
    server.close(() => {
      trace(o, 'close callback');
      t.listen(server, () => {
        const client = net.connect(t.target(server));
        client.resume();
        watch(t.object('client'), client, 'connect end close');
        closeAfter(server, 1);
      });
      trace(o, 'listening', server.listening);
    });
  });
});
