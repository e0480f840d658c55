// Subclasses of Socket and Server, and constructors without new. K01 K06 M22
'use strict';

const net = require('net');
const { EventEmitter } = require('events');
const { Duplex } = require('stream');
const { both, closeAfter, gather, trace } = require('../support/trace');

class Counting extends net.Socket {
  constructor(options) {
    super(options);
    this.calls = 0;
  }
  write(...args) {
    this.calls++;
    return super.write(...args);
  }
}
class Naming extends net.Server {
  emit(event, ...args) {
    if (event !== 'newListener') trace(this.name, 'emit', event, args.length);
    return super.emit(event, ...args);
  }
}

both((t) => {
  const server = new Naming((peer) => peer.pipe(peer));
  server.name = t.object('server');
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = new Counting();
    const o = t.object('client');
    trace(o, client instanceof net.Socket, client instanceof Duplex, client instanceof EventEmitter);
    gather(o, client);
    client.connect(t.target(server), () => {
      client.write('one');
      client.end('two');
    });
    client.on('close', () => trace(o, 'calls', client.calls));
  });
});
// eslint-disable-next-line new-cap
trace('plain', net.Socket() instanceof net.Socket, net.Server() instanceof net.Server, net.Stream === net.Socket);
