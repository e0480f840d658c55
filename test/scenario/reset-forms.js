// resetAndDestroy() while connecting, on a pipe and without a handle. V14
'use strict';

const net = require('net');
const { Transport, attempt, closeAfter, state, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => {
  peer.resume();
  watch('peer', peer, 'end error close');
});
closeAfter(server, 1);
t.listen(server, () => {
  const client = net.connect(t.target(server));
  watch('connecting', client, 'connect ready end error close');
  client.resetAndDestroy();
  state('connecting', 'reset returned', client);
});
const none = new net.Socket();
watch('none', none, 'error close');
attempt('none', 'resetAndDestroy', () => none.resetAndDestroy());
const u = new Transport('unix');
const pipes = net.createServer((peer) => { peer.resume(); });
closeAfter(pipes, 1);
u.listen(pipes, () => {
  const client = net.connect(u.target(pipes));
  watch('pipe', client, 'error end close');
  client.on('connect', () => {
    attempt('pipe', 'resetAndDestroy', () => client.resetAndDestroy());
    state('pipe', 'after', client);
    client.end();
  });
  client.resume();
});
