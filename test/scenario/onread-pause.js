// onread returning false pauses until resume(). K17 F22
'use strict';

const net = require('net');
const { after, both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('abcdefghij'); peer.resume(); });
  t.listen(server, () => {
    const o = t.object('client');
    const client = net.connect(t.target(server, {
      onread: {
        buffer: Buffer.alloc(4),
        callback: (nread, buf) => {
          trace(o, 'onread', nread, buf.subarray(0, nread));
          after(20, () => { trace(o, 'resume'); client.resume(); });
          return false;
        },
      },
    }));
    watch(o, client, 'connect end finish close');
    closeAfter(server, 1);
  });
});
