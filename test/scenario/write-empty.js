// An empty write: its callback comes; nothing is sent. D02 D05 F31
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect drain finish end close');
    trace(o, 'write ->', client.write('', told(o, 'write callback 1')));
    client.on('connect', () => {
      trace(o, 'write ->', client.write(Buffer.alloc(0), told(o, 'write callback 2')));
      trace(o, 'write ->', client.write('a', told(o, 'write callback 3')));
      trace(o, 'write ->', client.write('', told(o, 'write callback 4')));
      after(20, () => client.end());
    });
    client.resume();
    closeAfter(server, 1);
  });
});
