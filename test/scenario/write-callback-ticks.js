// The callback of a write that the kernel took at once comes on a tick, after ticks queued earlier. D05
'use strict';

const net = require('net');
const { after, both, closeAfter, counters, gather, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('ready', () => {
      tick(() => trace(o, 'tick before'));
      client.write('one', () => {
        trace(o, 'write callback');
        tick(() => trace(o, 'tick of write callback'));
        client.write('two', told(o, 'second write callback'));
      });
      tick(() => trace(o, 'tick after'));
      counters(o, 'written', client);
      after(20, () => client.end());
    });
    watch(o, client, 'drain finish end close');
    client.resume();
    closeAfter(server, 1);
  });
});
