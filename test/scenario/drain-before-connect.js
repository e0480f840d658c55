// At and above the mark write() says false and one drain is owed; it comes after connect. D04 V07 F6
'use strict';

const net = require('net');
const { both, closeAfter, counters, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    trace(o, 'mark', client.writableHighWaterMark);
    watch(o, client, 'connect ready drain finish end close');
    trace(o, 'write ->', client.write('x'.repeat(16383), told(o, 'write callback 1')));
    counters(o, 'below', client);
    trace(o, 'write ->', client.write('x', told(o, 'write callback 2')));
    counters(o, 'mark', client);
    trace(o, 'write ->', client.write('x'.repeat(100), told(o, 'write callback 3')));
    client.on('drain', () => { counters(o, 'drain', client); client.end(); });
    client.resume();
    closeAfter(server, 1);
  });
});
