// destroy(err) with writes queued: their callbacks, the error, close(true). D05 D11 F30
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
      client.write(Buffer.alloc(16000000), told(o, 'write callback 1'));
      client.write('two', told(o, 'write callback 2'));
      client.write('three', told(o, 'write callback 3'));
      after(20, () => {
        client.destroy(new Error('enough'));
        trace(o, 'destroy returned');
      });
    });
    closeAfter(server, 1);
  });
});
