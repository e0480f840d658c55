// Text that waits counts as its characters, in whatever encoding; its bytes are those of bytesWritten. K27 C14 F10
'use strict';

const { both, closeAfter, trace } = require('../support/trace');
const net = require('net');

const texts = [['é'.repeat(9000)], ['é'.repeat(100), 'latin1'], ['aabb', 'hex'], ['YWFi', 'base64'],
  ['é', 'ucs2'], ['😀\ud800']];
both((t) => {
  const server = net.createServer((peer) => peer.resume().on('end', () => trace(t.object('peer'), 'got', peer.bytesRead)));
  closeAfter(server, 1);
  t.listen(server, () => {
    const o = t.object('client');
    const client = net.connect({ ...t.target(server), highWaterMark: 16384 });
    const show = (what) => trace(o, what, client.writableLength, client.bufferSize, client.bytesWritten,
      client.writableNeedDrain, client._bytesDispatched);
    client.cork();
    for (const [text, encoding] of texts) {
      trace(o, 'more', client.write(text, encoding));
      show('written');
    }
    trace(o, 'more', client.write(Buffer.from('éé')));
    trace(o, 'more', client.write('é'.repeat(8000)));
    show('full');
    client.on('drain', () => {
      show('drain');
      client.end('é'.repeat(7));
      show('end');
    });
    client.on('connect', () => {
      show('connect');
      client.uncork();
    });
    client.on('close', () => show('close'));
    client.resume();
  });
});
