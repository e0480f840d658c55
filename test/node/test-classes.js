// Subclasses, patched methods, captured rejections, listeners: what programs do to the classes.
'use strict';

const { assert, once, test, close, listen, pair, closed, finish, text, never, times, record,
  immediate } = require('./support');
const net = require('net');
const events = require('events');
const util = require('util');

async function connected(socket) {
  const server = net.createServer((other) => other.on('error', () => {}).pipe(other));
  const port = await listen(server);
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return server;
}

test('a class that extends Socket', async () => {
  class Mine extends net.Socket {
    constructor() {
      super({ highWaterMark: 100 });
      this.mine = 'yes';
    }
    shout(text) { this.end(text.toUpperCase()); }
  }
  const socket = new Mine();
  assert(socket instanceof Mine && socket instanceof net.Socket);
  const server = await connected(socket);
  socket.shout('loud');
  assert.strictEqual(await text(socket), 'LOUD');
  await close(server);
});

test('an old-fashioned subclass', async () => {
  function Old(options) {
    net.Socket.call(this, options);
    this.old = true;
  }
  Object.setPrototypeOf(Old.prototype, net.Socket.prototype);
  Old.prototype.hello = function() { this.end('hello'); };
  const socket = new Old();
  const server = await connected(socket);
  socket.hello();
  assert.strictEqual(await text(socket), 'hello');
  await close(server);
  function Inherited() { net.Socket.call(this); }
  util.inherits(Inherited, net.Socket);
  assert(new Inherited() instanceof net.Socket);
});

test('a class that extends Server', async () => {
  class Mine extends net.Server {
    constructor() {
      super((socket) => socket.end('mine'));
      this.count = 0;
    }
    emit(name, ...args) {
      if (name === 'connection') this.count += 1;
      return super.emit(name, ...args);
    }
    listen(...args) { return super.listen(...args); }
    close(callback) { return super.close(callback); }
  }
  const server = new Mine();
  const port = await listen(server);
  assert.strictEqual(await text(net.connect(port, '127.0.0.1')), 'mine');
  assert.strictEqual(server.count, 1);
  await close(server);
});

test('emit() of a subclass sees every event', async () => {
  const seen = [];
  class Mine extends net.Socket {
    emit(name, ...args) {
      seen.push(name);
      return super.emit(name, ...args);
    }
  }
  const socket = new Mine();
  const server = await connected(socket);
  socket.end('x');
  const gone = once(socket, 'close');
  await text(socket);
  await gone;
  await close(server);
  for (const name of ['connect', 'ready', 'data', 'end', 'finish', 'close']) {
    assert(seen.includes(name), name);
  }
});

test('emit() patched on an instance', async () => {
  const [server, client, accepted] = await pair();
  const seen = [];
  const { emit } = client;
  client.emit = function(...args) {
    seen.push(args[0]);
    return emit.apply(this, args);
  };
  accepted.write('x');
  await once(client, 'data');
  assert(seen.includes('data'));
  await finish(server, client, accepted);
});

test('on() of a subclass', async () => {
  const seen = [];
  class Mine extends net.Socket {
    on(name, listener) {
      seen.push(name);
      return super.on(name, listener);
    }
  }
  const socket = new Mine();
  const server = await connected(socket);
  socket.once('data', () => {});
  socket.pipe(new (require('stream').PassThrough)());
  assert(seen.filter((name) => name === 'data').length >= 2);
  socket.destroy();
  await close(server);
});

test('write() of a subclass, patched, and pipes to it', async () => {
  const [server, client, accepted] = await pair();
  const written = [];
  const { write } = client;
  client.write = function(chunk, ...rest) {
    written.push(String(chunk));
    return write.call(this, chunk, ...rest);
  };
  client.pipe(client);
  accepted.end('patched');
  await text(accepted);
  assert.deepStrictEqual(written, ['patched']);
  await finish(server, client);
});

test('_destroy() of a subclass', async () => {
  const order = [];
  class Mine extends net.Socket {
    _destroy(error, callback) {
      order.push(error?.message ?? null);
      super._destroy(error, (failure) => {
        order.push('destroyed');
        callback(failure);
      });
    }
  }
  for (const error of [undefined, new Error('mine')]) {
    const socket = new Mine();
    const server = await connected(socket);
    const result = closed(socket);
    socket.destroy(error);
    assert.strictEqual(await result, error ?? null);
    await close(server);
  }
  assert.deepStrictEqual(order, [null, 'destroyed', 'mine', 'destroyed']);
});

test('_destroy() is called when both sides have ended', async () => {
  const called = times(1);
  class Mine extends net.Socket {
    _destroy(error, callback) {
      called();
      super._destroy(error, callback);
    }
  }
  const socket = new Mine();
  const server = await connected(socket);
  socket.end();
  socket.resume();
  await once(socket, 'close');
  assert.strictEqual(called.count(), 1);
  await close(server);
});

test('_write() of a subclass', async () => {
  class Upper extends net.Socket {
    _write(chunk, encoding, callback) {
      super._write(Buffer.from(String(chunk).toUpperCase()), 'buffer', callback);
    }
    _writev(chunks, callback) {
      const all = chunks.map(({ chunk }) => String(chunk)).join('').toUpperCase();
      super._write(Buffer.from(all), 'buffer', callback);
    }
  }
  const socket = new Upper();
  const server = await connected(socket);
  socket.write('one ');
  socket.write(Buffer.from('two '));
  socket.cork();
  socket.write('three ');
  socket.write('four');
  socket.uncork();
  socket.end();
  assert.strictEqual(await text(socket), 'ONE TWO THREE FOUR');
  await close(server);
});

test('a socket without a connection that is all JavaScript', async () => {
  const written = [];
  class Mock extends net.Socket {
    _read() {}
    _write(chunk, encoding, callback) {
      written.push(String(chunk));
      callback();
    }
    _writev(chunks, callback) {
      for (const { chunk } of chunks) written.push(String(chunk));
      callback();
    }
    _final(callback) { callback(); }
  }
  const socket = new Mock();
  const received = text(socket);
  socket.push('from ');
  socket.push(Buffer.from('nowhere'));
  socket.write('a');
  socket.write('b');
  socket.end('c');
  await once(socket, 'finish');
  assert.deepStrictEqual(written.join(''), 'abc');
  socket.push(null);
  assert.strictEqual(await received, 'from nowhere');
});

test('destroy() patched on an instance', async () => {
  const [server, client, accepted] = await pair();
  const called = times(1);
  const { destroy } = client;
  client.destroy = function(...args) {
    called();
    return destroy.apply(this, args);
  };
  accepted.resume();
  client.resume();
  client.end();
  await once(client, 'close');
  assert.strictEqual(called.count(), 1);
  await finish(server, accepted);
});

test('end() patched on an instance is called at the other\'s end', async () => {
  const [server, client, accepted] = await pair();
  const called = times(1);
  const { end } = accepted;
  accepted.end = function(...args) {
    called();
    return end.apply(this, args);
  };
  accepted.resume();
  client.resume();
  client.end();
  await once(accepted, 'close');
  assert.strictEqual(called.count(), 1);
  await finish(server, client);
});

test('push() by hand', async () => {
  const [server, client, accepted] = await pair();
  accepted.push('by hand ');
  client.end('by wire');
  assert.strictEqual(await text(accepted), 'by hand by wire');
  await finish(server, client, accepted);
});

test('captured rejections of a socket', async () => {
  const failure = new Error('rejected');
  const [server, client, accepted] = await pair();
  events.captureRejections = true;
  const socket = new net.Socket();
  events.captureRejections = false;
  const result = closed(socket);
  socket.on('connect', async () => { throw failure; });
  socket.connect(server.address().port, '127.0.0.1');
  assert.strictEqual(await result, failure);
  await finish(server, client, accepted);
});

test('newListener and removeListener', async () => {
  const socket = new net.Socket();
  const log = [];
  socket.on('newListener', (name) => log.push(`+${name}`));
  socket.on('removeListener', (name) => log.push(`-${name}`));
  const listener = () => {};
  socket.on('data', listener);
  socket.once('end', listener);
  socket.off('data', listener);
  socket.removeAllListeners('end');
  assert.deepStrictEqual(log.slice(0, 3), ['+removeListener', '+data', '+end']);
  socket.destroy();
});

test('a null-prototype, frozen or strange option bag', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const bag = Object.freeze(Object.assign(Object.create(null), { port, host: '127.0.0.1' }));
  const socket = net.connect(bag);
  socket.resume();
  await once(socket, 'close');
  await close(server);
});

test('expando properties and _handle', async () => {
  const [server, client, accepted] = await pair();
  client.whatever = 5;
  assert.strictEqual(client.whatever, 5);
  assert(Object.keys(client).includes('whatever'));
  assert.strictEqual(typeof client._handle.fd, 'number');
  assert(client._handle.fd > 2);
  assert.strictEqual(client._handle.hasRef(), true);
  client.unref();
  assert.strictEqual(client._handle.hasRef(), false);
  client._handle.ref();
  assert.strictEqual(client._handle.hasRef(), true);
  assert.strictEqual(typeof client._handle.getAsyncId(), 'number');
  assert.strictEqual(client._handle, client._handle);
  assert.strictEqual(client._handle.constructor.name, 'TCP');
  assert.strictEqual(server._handle.constructor.name, 'TCP');
  assert(server._handle.fd > 2);
  assert.deepStrictEqual(client._getpeername(),
    { address: '127.0.0.1', family: 'IPv4', port: server.address().port });
  assert.strictEqual(client._connecting, false);
  await finish(server, client, accepted);
  assert.strictEqual(client._handle, null);
});

test('onread', async () => {
  const server = net.createServer((socket) => socket.end('0123456789'));
  const port = await listen(server);
  const buffer = Buffer.alloc(4);
  const seen = [];
  const socket = net.connect({
    port, host: '127.0.0.1',
    onread: {
      buffer,
      callback(nread, given) {
        assert.strictEqual(given, buffer);
        assert.strictEqual(this, socket);
        seen.push(given.toString('latin1', 0, nread));
        return true;
      },
    },
  });
  socket.on('data', never('data'));
  await once(socket, 'close');
  assert.deepStrictEqual(seen, ['0123', '4567', '89']);
  assert.strictEqual(socket.bytesRead, 10);
  await close(server);
});

test('onread with a function for buffers, and pausing', async () => {
  const server = net.createServer((socket) => socket.end('0123456789'));
  const port = await listen(server);
  const buffers = [];
  const seen = [];
  const socket = net.connect({
    port, host: '127.0.0.1',
    onread: {
      buffer() {
        buffers.push(new Uint8Array(4));
        return buffers.at(-1);
      },
      callback(nread, given) {
        assert(buffers.includes(given));
        seen.push(Buffer.from(given).toString('latin1', 0, nread));
        if (seen.length !== 2) return true;
        setTimeout(() => socket.resume(), 10);
        return false;
      },
    },
  });
  await once(socket, 'end');
  assert.deepStrictEqual(seen, ['0123', '4567', '89']);
  assert(buffers.length >= 3);
  if (!socket.closed || socket._handle) await once(socket, 'close').catch(() => {});
  await close(server);
});

test('a descriptor', async () => {
  const { spawn } = require('child_process');
  // The child gets a socket as its fourth descriptor.
  const child = spawn(process.execPath, [
    ...process.execArgv.filter((arg) => arg !== '--expose-gc'), '-e',
    `const net = require('net');
     const socket = new net.Socket({ fd: 3, readable: true, writable: true });
     socket.on('data', (data) => socket.end('got ' + data));`,
  ], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  child.stdio[3].end('this');
  assert.strictEqual(await text(child.stdio[3]), 'got this');
  await once(child, 'exit');
});
