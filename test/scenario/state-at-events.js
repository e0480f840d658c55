// readyState, connecting, pending and destroyed at every event of both ends. K18 K19 K20 K21 D08
'use strict';

const net = require('net');
const { both, closeAfter, state } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    for (const name of ['end', 'finish', 'close']) peer.on(name, () => state(o, name, peer));
    state(o, 'connection', peer);
    peer.resume();
  });
  t.listen(server, () => {
    const client = new net.Socket();
    const o = t.object('client');
    for (const name of ['lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'finish', 'close']) {
      client.on(name, () => state(o, name, client));
    }
    state(o, 'new', client);
    client.connect(t.target(server));
    state(o, 'connect returned', client);
    client.on('ready', () => {
      client.end();
      state(o, 'end returned', client);
    });
    client.resume();
    closeAfter(server, 1);
  });
});
