// onread with a function that returns the next buffer. K17
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('abcdefghij'); peer.resume(); });
  t.listen(server, () => {
    const o = t.object('client');
    let made = 0;
    const client = net.connect(t.target(server, {
      onread: {
        buffer: () => { trace(o, 'buffer', ++made); return Buffer.alloc(4 * made); },
        callback: (nread, buf) => { trace(o, 'onread', nread, buf.subarray(0, nread), 'of', buf.length); return true; },
      },
    }));
    watch(o, client, 'connect end finish close');
    closeAfter(server, 1);
  });
});
