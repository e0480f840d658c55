// destroy() in a write callback: the callbacks of later writes and of end. D05 D11 F30
'use strict';

const net = require('net');
const { both, closeAfter, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'finish end error close');
    client.on('connect', () => {
      client.write('one', () => { trace(o, 'write callback 1'); client.destroy(); });
      client.write('two', told(o, 'write callback 2'));
      client.write('three', told(o, 'write callback 3'));
    });
    closeAfter(server, 1);
  });
});
