// A corked write over the mark owes a drain that comes after uncork. V07 F6 F26
'use strict';

const net = require('net');
const { both, closeAfter, gather, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain finish end close');
    client.on('connect', () => {
      client.cork();
      trace(o, 'write ->', client.write('x'.repeat(20000), told(o, 'write callback')));
      tick(() => { trace(o, 'uncork'); client.uncork(); tick(() => trace(o, 'tick')); });
    });
    client.on('drain', () => client.end());
    client.resume();
    closeAfter(server, 1);
  });
});
