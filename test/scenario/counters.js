// bytesRead, bytesWritten, bufferSize and writableLength at points of a conversation; they survive close. K26 K27 F11
'use strict';

const net = require('net');
const { both, closeAfter, counters } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    counters(o, 'connection', peer);
    peer.once('data', (d) => { counters(o, 'data', peer); peer.write(d); counters(o, 'write', peer); });
    peer.on('end', () => counters(o, 'end', peer));
    peer.on('close', () => counters(o, 'close', peer));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    counters(o, 'connect returned', client);
    client.write('hello');
    counters(o, 'write', client);
    client.on('connect', () => counters(o, 'connect', client));
    client.on('data', () => { counters(o, 'data', client); client.end('bye'); counters(o, 'end', client); });
    client.on('finish', () => counters(o, 'finish', client));
    client.on('close', () => counters(o, 'close', client));
    closeAfter(server, 1);
  });
});
