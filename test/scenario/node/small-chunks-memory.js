// Small chunks that a program keeps do not each keep the memory of a whole read. F27
'use strict';

const net = require('net');
const { Transport, closeAfter, trace } = require('../support/trace');

const t = new Transport('tcp');
const kept = [];
const server = net.createServer((peer) => {
  let left = 500;
  peer.on('data', (chunk) => {
    kept.push(chunk);
    if (left-- === 0) peer.end();
    else peer.write('x');
  });
});
closeAfter(server, 1);
t.listen(server, () => {
  const client = net.connect({ ...t.target(server), noDelay: true }, () => client.write('x'));
  client.on('data', () => client.write('x'));
  client.on('close', () => {
    const memory = [...new Set(kept.map((chunk) => chunk.buffer))].reduce((sum, buffer) => sum + buffer.byteLength, 0);
    trace('server', 'chunks', kept.length, 'less than a megabyte', memory < 1e6);
  });
});
