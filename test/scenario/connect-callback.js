// The connect callback runs once, among the connect listeners in the order they were added. M10 M14 K07
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end());
  t.listen(server, () => {
    const client = new net.Socket();
    const o = t.object('client');
    client.on('connect', () => trace(o, 'first listener'));
    client.connect(t.target(server), () => trace(o, 'callback, listeners left', client.listenerCount('connect')));
    client.on('connect', () => trace(o, 'last listener'));
    client.prependListener('connect', () => trace(o, 'prepended listener'));
    watch(o, client, 'ready end close');
    client.resume();
    closeAfter(server, 1);
  });
});
