// onread with one buffer: bytes go there, no data event; end and close as ever. K17 F22
'use strict';

const net = require('net');
const { both, closeAfter, counters, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('abcdefghij'); peer.resume(); });
  t.listen(server, () => {
    const o = t.object('client');
    const buffer = Buffer.alloc(4);
    const client = net.connect(t.target(server, {
      onread: {
        buffer,
        callback: (nread, buf) => {
          trace(o, 'onread', nread, buf.subarray(0, nread), 'same', buf === buffer, 'bytesRead', client.bytesRead);
          return true;
        },
      },
    }));
    watch(o, client, 'connect data end finish close');
    client.on('close', () => counters(o, 'close', client));
    closeAfter(server, 1);
  });
});
