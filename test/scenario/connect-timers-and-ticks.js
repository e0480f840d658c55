// Ticks queued in a listener run after all listeners of that callback, connect and ready alike. V01 V03
'use strict';

const net = require('net');
const { both, closeAfter, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    tick(() => trace(t.object('server'), 'tick'));
    trace(t.object('server'), 'listener');
    peer.resume();
  });
  server.on('connection', () => trace(t.object('server'), 'second listener'));
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('connect', () => { tick(() => trace(o, 'tick of connect')); trace(o, 'connect'); });
    client.on('ready', () => { tick(() => trace(o, 'tick of ready')); trace(o, 'ready'); client.end(); });
    watch(o, client, 'end finish close');
    client.resume();
    closeAfter(server, 1);
  });
});
