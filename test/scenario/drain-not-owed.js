// Below the mark no drain is owed. D04 V07 F6
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect drain finish end close');
    trace(o, 'write ->', client.write('x'.repeat(16383)));
    client.on('connect', () => after(20, () => {
      trace(o, 'write ->', client.write('x'.repeat(100)));
      after(20, () => client.end());
    }));
    client.resume();
    closeAfter(server, 1);
  });
});
