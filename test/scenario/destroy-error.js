// destroy(err) on a connected socket: error, then close(true), after the ticks queued before. D10 D11 V14 V15 F7
'use strict';

const net = require('net');
const { both, closeAfter, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'end finish error close');
    client.on('connect', () => {
      tick(() => trace(o, 'tick before'));
      client.destroy(new Error('enough'));
      trace(o, 'errored', client.errored.message, 'closed', client.closed);
      tick(() => trace(o, 'tick after'));
    });
    client.on('close', () => trace(o, 'errored', client.errored.message, 'closed', client.closed));
    closeAfter(server, 1);
  });
});
