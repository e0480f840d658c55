// The destination of a pipe is destroyed: unpiped, the source stays and is paused. D11 D12
'use strict';

const net = require('net');
const { Transport, after, closeAfter, flow, gather, watch } = require('./support/trace');

const t = new Transport('tcp');
let source = null;
const server = net.createServer((peer) => {
  if (source === null) { source = peer; peer.pause(); watch('source', peer, 'pause end error close'); return; }
  watch('sink', peer, 'unpipe error close');
  source.pipe(peer);
  flow('source', 'piped', source);
  peer.on('close', () => { flow('source', 'sink closed', source); after(20, () => source.destroy()); });
  after(20, () => peer.destroy());
});
closeAfter(server, 2);
t.listen(server, () => {
  const client = net.connect(t.target(server));
  client.resume();
  client.on('connect', () => gather('other', net.connect(t.target(server))));
});
