// Once ended, a drain that was owed does not come. D06 V07 F6
'use strict';

const net = require('net');
const { both, closeAfter, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect drain finish end close');
    trace(o, 'write ->', client.write('x'.repeat(20000), told(o, 'write callback')));
    client.end();
    client.resume();
    closeAfter(server, 1);
  });
});
