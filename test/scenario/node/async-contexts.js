// What AsyncLocalStorage has in each callback: that of connect() and of listen(), nothing in accepted sockets.
'use strict';

const { AsyncLocalStorage } = require('async_hooks');
const net = require('net');

const storage = new AsyncLocalStorage();
const said = [];
const say = (name) => said.push(`${name}: ${storage.getStore()}`);

const server = net.createServer((peer) => {
  say('connection');
  peer.once('data', (chunk) => {
    say("accepted 'data'");
    peer.end(chunk);
  });
  peer.on('end', () => say("accepted 'end'"));
  peer.on('close', () => say("accepted 'close'"));
});

function connect() {
  const socket = new net.Socket();
  for (const name of ['lookup', 'connect', 'ready', 'end', 'finish', 'close']) {
    socket.on(name, () => say(`'${name}'`));
  }
  socket.once('data', () => say("'data'"));
  storage.run('connect()', () => socket.connect(server.address().port));
  storage.run('write()', () => socket.end('text', () => say('callback of end()')));
  socket.on('close', () => server.close(() => {
    say('callback of close()');
    console.log(said.sort().join('\n'));
  }));
}

storage.run('listen()', () => server.listen(0, () => {
  say("'listening'");
  storage.run('new', connect);
}));
