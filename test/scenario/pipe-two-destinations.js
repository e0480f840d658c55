// One source piped to two sockets: both get everything, unpipe and end in order. D12
'use strict';

const net = require('net');
const { Transport, closeAfter, flow, gather, watch } = require('./support/trace');

const t = new Transport('tcp');
let source = null;
const sinks = [];
const server = net.createServer((peer) => {
  if (source === null) { source = peer; peer.pause(); watch('source', peer, 'end finish close'); } else {
    sinks.push(peer);
    watch('sink' + sinks.length, peer, 'pipe unpipe finish end close');
  }
  if (sinks.length !== 2) return;
  for (const sink of sinks) source.pipe(sink);
  flow('source', 'piped', source);
});
closeAfter(server, 3);
t.listen(server, () => {
  const client = net.connect(t.target(server));
  client.end('hello');
  client.resume();
  client.on('connect', () => {
    const a = net.connect(t.target(server));
    gather('a', a);
    a.on('connect', () => gather('b', net.connect(t.target(server))));
  });
});
