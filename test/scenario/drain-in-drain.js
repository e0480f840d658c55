// A drain listener that fills the buffer again owes another drain: exactly one for each. V07 F6
'use strict';

const net = require('net');
const { after, both, closeAfter, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    gather(t.object('peer'), peer);
    peer.pause();
    after(30, () => peer.resume());
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    let rounds = 0;
    watch(o, client, 'drain finish close');
    client.on('drain', () => {
      if (++rounds === 3) return client.end();
      client.cork();
      trace(o, 'write ->', client.write('x'.repeat(20000), told(o, 'write callback')));
      client.uncork();
    });
    client.write(Buffer.alloc(16000000), told(o, 'write callback'));
    client.resume();
    closeAfter(server, 1);
  });
});
