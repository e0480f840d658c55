// A server and its connections are collected together: its listener knows them, and each of them its server. D10
'use strict';

const net = require('net');
const { Transport, trace } = require('../support/trace');

const t = new Transport('tcp');

function run(done) {
  const peers = [];
  const server = net.createServer((peer) => {
    peers.push(new WeakRef(peer));
    server.last = peer.resume();
    peer.on('close', () => trace('peer', 'close, of its server', peer.server === server));
  });
  server.on('close', () => done(new WeakRef(server), peers));
  t.listen(server, () => {
    net.connect(t.target(server)).resume().end('one');
    net.connect(t.target(server)).on('close', () => server.close()).resume().end('two');
  });
}

run((server, peers) => {
  let turns = 0;
  const timer = setInterval(() => {
    globalThis.gc();
    if ([server, ...peers].some((ref) => ref.deref() !== undefined) && ++turns < 50) return;
    clearInterval(timer);
    trace('server', 'collected', server.deref() === undefined);
    trace('peers', 'collected', peers.filter((ref) => ref.deref() === undefined).length, 'of', peers.length);
  }, 1);
});
