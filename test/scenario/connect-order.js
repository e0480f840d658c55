// A successful connect: attempt (TCP only), connect, ready, first data. V01 V03 V05 K18 S20 E01 E02
'use strict';

const net = require('net');
const { both, closeAfter, state, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    trace(t.object('server'), 'listener');
    peer.end('hello');
    watch(t.object('peer'), peer, 'connect ready end finish close');
    peer.resume();
  });
  watch(t.object('server'), server, 'listening connection close');
  t.listen(server, () => {
    trace(t.object('server'), 'callback');
    const client = net.connect(t.target(server), () => trace(t.object('client'), 'callback'));
    watch(t.object('client'), client, 'lookup connectionAttempt connect ready data end finish close');
    state(t.object('client'), 'return', client);
    client.on('connect', () => state(t.object('client'), 'connect', client));
    tick(() => trace(t.object('client'), 'tick'));
    closeAfter(server, 1);
  });
});
