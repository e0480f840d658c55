// The same socket connects again after close, with fresh state and counters. K10 K26 F11 F20
'use strict';

const net = require('net');
const { both, counters, sides, state, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end('hello'));
  t.listen(server, () => {
    const client = new net.Socket();
    const o = t.object('client');
    let rounds = 0;
    watch(o, client, 'connect ready data end finish close');
    client.on('connect', () => { counters(o, 'connect', client); client.write('abc'); });
    client.on('close', () => {
      counters(o, 'close', client);
      sides(o, 'close', client);
      if (++rounds === 2) return server.close();
      client.connect(t.target(server));
      state(o, 'connect returned', client);
      sides(o, 'connect returned', client);
      counters(o, 'connect returned', client);
    });
    client.connect(t.target(server));
  });
});
