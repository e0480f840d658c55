// Writes before connect are queued and sent in order; their callbacks come after connect. D02 D05 K19 F12
'use strict';

const net = require('net');
const { both, closeAfter, counters, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect ready drain finish end close');
    trace(o, 'write ->', client.write('one ', told(o, 'write callback 1')));
    trace(o, 'write ->', client.write('two ', told(o, 'write callback 2')));
    counters(o, 'queued', client);
    client.on('connect', () => {
      counters(o, 'connect', client);
      client.end('three', told(o, 'end callback'));
    });
    client.on('close', () => counters(o, 'close', client));
    client.resume();
    closeAfter(server, 1);
  });
});
