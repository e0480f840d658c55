// The child of test-passing.js: takes sockets and servers, and tells what it got.
'use strict';

const assert = require('assert');
const net = require('net');

process.on('message', (message, handle) => {
  switch (message) {
    case 'socket':
      assert(handle instanceof net.Socket);
      assert.strictEqual(handle.readyState, 'open');
      handle.setEncoding('utf8').on('data', (text) => handle.write(`child ${text}`));
      handle.on('close', () => process.send('socket closed'));
      break;
    case 'server':
      assert(handle instanceof net.Server);
      assert(handle.listening);
      handle.on('listening', () => { throw new Error('it was listening already'); });
      handle.on('connection', (socket) => socket.end('child'));
      process.once('disconnect', () => handle.close());
      process.send({ address: handle.address() });
      break;
    case 'handle': {
      const server = net.createServer((socket) => socket.end('child'));
      process.once('disconnect', () => server.close());
      server.listen(handle, () => process.send({ address: server.address() }));
      break;
    }
    case 'give': {
      const server = net.createServer({ pauseOnConnect: true }, (socket) => {
        process.send('given', socket, () => server.close());
      }).listen(0, '127.0.0.1', () => process.send({ address: server.address() }));
      break;
    }
    case 'nothing':
      process.send({ got: typeof handle });
  }
});
