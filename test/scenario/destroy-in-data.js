// destroy() in the data listener: no more data, no end. D11 V05 F9
'use strict';

const net = require('net');
const { both, closeAfter, sides, state, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.end('hello');
    peer.resume();
    peer.on('error', () => {});
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('data', () => {
      trace(o, 'destroy ->', client.destroy() === client);
      state(o, 'destroy returned', client);
      sides(o, 'destroy returned', client);
    });
    watch(o, client, 'data end finish error close');
    client.on('close', () => sides(o, 'close', client));
    closeAfter(server, 1);
  });
});
