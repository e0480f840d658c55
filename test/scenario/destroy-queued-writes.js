// destroy() with writes in the kernel's way and queued behind: what each callback gets. D05 D11 F30
'use strict';

const net = require('net');
const { after, both, closeAfter, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.pause(); peer.on('error', () => {}); after(60, () => peer.destroy()); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain error finish end close');
    client.on('connect', () => {
      trace(o, 'write ->', client.write(Buffer.alloc(16000000), told(o, 'write callback 1')));
      trace(o, 'write ->', client.write('two', told(o, 'write callback 2')));
      client.end('three', told(o, 'end callback'));
      after(20, () => {
        client.destroy();
        trace(o, 'destroy returned, writableLength', client.writableLength);
      });
    });
    closeAfter(server, 1);
  });
});
