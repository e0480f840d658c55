// A socket without listeners reads ahead; read() takes it; FIN is not seen before the buffer is empty. D12 V05 V08
'use strict';

const net = require('net');
const { after, both, closeAfter, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect end finish close');
    after(40, () => {
      trace(o, 'length', client.readableLength, 'bytesRead', client.bytesRead);
      trace(o, 'read(2)', client.read(2));
      trace(o, 'read(9)', client.read(9));
      trace(o, 'read()', client.read());
      trace(o, 'read()', client.read());
      tick(() => trace(o, 'tick'));
    });
    closeAfter(server, 1);
  });
});
