// An exception in a write callback: later callbacks, finish and close still come. D05 D07
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, onUncaught, raise, tick, told, trace, watch } = require('./support/trace');

onUncaught();
both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain finish end error close');
    client.on('connect', () => {
      client.write('one', () => { trace(o, 'throwing'); raise(o, 'in write callback'); });
      tick(() => { trace(o, 'tick'); client.write('two', told(o, 'write callback 2')); });
      after(20, () => client.end(told(o, 'end callback')));
    });
    client.resume();
    closeAfter(server, 1);
  });
});
