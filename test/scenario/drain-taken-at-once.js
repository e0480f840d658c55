// What the kernel takes at once: what write() says at the mark, and whether a drain follows. D04 V07 C34 F6
'use strict';

const net = require('net');
const { after, both, closeAfter, counters, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain finish end close');
    client.on('connect', () => {
      trace(o, 'write ->', client.write('x'.repeat(16384), told(o, 'write callback 1')));
      counters(o, 'first', client);
      trace(o, 'write ->', client.write('x'.repeat(16384), told(o, 'write callback 2')));
      counters(o, 'second', client);
      after(20, () => client.end());
    });
    client.resume();
    closeAfter(server, 1);
  });
});
