// destroy() in the drain listener: the callbacks of what was written still come, without error. D11 V07
'use strict';

const net = require('net');
const { both, closeAfter, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain finish end error close');
    client.write('x'.repeat(20000), told(o, 'write callback 1'));
    client.write('two', told(o, 'write callback 2'));
    client.on('drain', () => { client.destroy(); trace(o, 'destroy returned'); });
    closeAfter(server, 1);
  });
});
