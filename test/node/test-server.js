// Servers: every form of listen(), addresses, closing, counting, refusing, errors.
'use strict';

const { assert, once, test, listen, close, pair, closed, finish, never, times, temporaryPath,
  tick, record } = require('./support');
const net = require('net');
const fs = require('fs');

test('every form of listen()', async () => {
  const callback = () => {};
  for (const args of [[], [0], ['0'], [null], [undefined], [0, 'localhost'], [0, '127.0.0.1', 5],
    [0, 5], [{ port: 0 }], [{ port: '0' }], [{ port: undefined }], [{ port: null }],
    [{ port: 0, host: '127.0.0.1' }], [{ port: 0, host: '::1', ipv6Only: true }],
    [{ port: 0, exclusive: true }], [{ port: 0, backlog: 5 }], [0, '::'], [0, '']]) {
    for (const extra of [[], [callback]]) {
      const server = net.createServer();
      assert.strictEqual(server.listen(...args, ...extra), server);
      await once(server, 'listening');
      const { port, address, family } = server.address();
      assert(port > 0);
      assert.strictEqual(family, net.isIPv6(address) ? 'IPv6' : 'IPv4');
      await close(server);
      assert.strictEqual(server.address(), null);
      assert.strictEqual(server.listening, false);
    }
  }
});

test('listening at once for an address, on the next tick as event', async () => {
  const server = net.createServer();
  const listening = times(1);
  server.listen(0, '127.0.0.1', listening);
  assert.strictEqual(listening.count(), 0);
  await once(server, 'listening');
  assert.strictEqual(server.listenerCount('listening'), 0);
  await close(server);
});

test('without a host it takes IPv4 and IPv6', async () => {
  const server = net.createServer((socket) => socket.end()).listen(0);
  await once(server, 'listening');
  const { port, address } = server.address();
  assert.strictEqual(address, '::');
  for (const host of ['127.0.0.1', '::1']) {
    const socket = net.connect(port, host);
    socket.resume();
    await once(socket, 'close');
  }
  await close(server);
});

test('listening again after close', async () => {
  const server = net.createServer();
  for (let i = 0; i < 3; i++) {
    const port = await listen(server);
    assert(port > 0);
    await close(server);
  }
});

test('an address in use', async () => {
  const one = net.createServer();
  const port = await listen(one);
  const two = net.createServer();
  two.on('listening', never('listening'));
  two.listen(port, '127.0.0.1');
  const [error] = await once(two, 'error', { signal: AbortSignal.timeout(5000) }).catch((e) => [e]);
  assert.strictEqual(error.message,
    `listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
  assert.deepStrictEqual(Object.keys(error), ['code', 'errno', 'syscall', 'address', 'port']);
  assert.deepStrictEqual({ ...error },
    { code: 'EADDRINUSE', errno: -98, syscall: 'listen', address: '127.0.0.1', port });
  assert.strictEqual(two.listening, false);
  await close(one);
  two.removeAllListeners('listening');
  two.listen(port, '127.0.0.1');
  await once(two, 'listening');
  await close(two);
});

test('a path in use, and one that cannot be', async () => {
  const path = temporaryPath('x.sock');
  const one = net.createServer();
  await listen(one, path);
  const failure = (server) => new Promise((resolve) => server.on('error', resolve));
  const two = net.createServer();
  const used = failure(two);
  two.listen(path);
  assert.strictEqual((await used).message, `listen EADDRINUSE: address already in use ${path}`);
  const three = net.createServer();
  const missing = failure(three);
  three.listen('/no/such/folder/x.sock');
  const error = await missing;
  assert.strictEqual(error.code, 'EACCES');
  assert.strictEqual(error.address, '/no/such/folder/x.sock');
  await close(one);
});

test('modes of a path', async () => {
  const path = temporaryPath('mode.sock');
  const server = net.createServer();
  await listen(server, { path, readableAll: true, writableAll: true });
  assert.strictEqual(fs.statSync(path).mode & 0o777, 0o777);
  await close(server);
});

test('an abstract path', async () => {
  const path = `\0uvnet-test-${process.pid}`;
  const server = net.createServer((socket) => socket.end('x'));
  await listen(server, path);
  assert.strictEqual(server.address(), path);
  const socket = net.connect(path);
  socket.resume();
  await once(socket, 'close');
  await close(server);
});

test('close() and its callback', async () => {
  const server = net.createServer();
  const error = await new Promise((resolve) => server.close(resolve));
  assert.strictEqual(error.code, 'ERR_SERVER_NOT_RUNNING');
  assert.strictEqual(error.message, 'Server is not running.');
  await listen(server);
  const arg = await new Promise((resolve) => assert.strictEqual(server.close(resolve), server));
  assert.strictEqual(arg, undefined);
  server.close(5);
  await once(server, 'close');
});

test('close() waits for the connections', async () => {
  const [server, client, accepted] = await pair();
  let serverClosed = false;
  server.close(() => { serverClosed = true; });
  assert.strictEqual(server.listening, false);
  client.write('still works');
  await once(accepted, 'data');
  assert.strictEqual(serverClosed, false);
  client.end();
  await once(server, 'close');
  assert.strictEqual(accepted.destroyed, true);
  assert.strictEqual(serverClosed, true);
});

test('closed before it listens', async () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1', never('listening'));
  await close(server);
  const named = net.createServer();
  named.listen(0, 'localhost', never('listening'));
  await close(named);
});

test('getConnections()', async () => {
  const [server, client, accepted] = await pair();
  let later = false;
  const count = new Promise((resolve) => {
    assert.strictEqual(server.getConnections((error, n) => {
      assert(later);
      assert.strictEqual(error, null);
      resolve(n);
    }), server);
  });
  later = true;
  assert.strictEqual(await count, 1);
  assert.strictEqual(server._connections, 1);
  client.destroy();
  accepted.resume();
  await once(accepted, 'close');
  server.getConnections((error, n) => assert.strictEqual(n, 0));
  await tick();
  await close(server);
});

test('maxConnections and drop', async () => {
  const server = net.createServer();
  server.maxConnections = 1;
  assert.strictEqual(server.maxConnections, 1);
  const port = await listen(server);
  const first = net.connect(port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  const dropped = once(server, 'drop');
  const second = net.connect(port, '127.0.0.1');
  const secondClosed = closed(second);
  second.resume();
  const [data] = await dropped;
  assert.deepStrictEqual(Object.keys(data).sort(), ['localAddress', 'localFamily', 'localPort',
    'remoteAddress', 'remoteFamily', 'remotePort']);
  assert.strictEqual(data.localPort, port);
  assert.strictEqual(data.localFamily, 'IPv4');
  assert.strictEqual(data.remoteAddress, '127.0.0.1');
  await secondClosed;
  server.maxConnections = undefined;
  const third = net.connect(port, '127.0.0.1');
  const [other] = await once(server, 'connection');
  await finish(server, first, accepted, third, other);
});

test('drop on a path has no argument', async () => {
  const path = temporaryPath('drop.sock');
  const server = net.createServer();
  server.maxConnections = 1;
  await listen(server, path);
  const first = net.connect(path);
  const [accepted] = await once(server, 'connection');
  const second = net.connect(path);
  second.on('error', () => {}).resume();
  const args = await once(server, 'drop');
  assert.deepStrictEqual(args, []);
  second.destroy();
  await finish(server, first, accepted);
});

test('pauseOnConnect', async () => {
  const server = net.createServer({ pauseOnConnect: true });
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  client.write('x');
  const [accepted] = await once(server, 'connection');
  accepted.on('data', never('data'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.strictEqual(accepted.bytesRead, 0);
  assert.strictEqual(accepted.readableFlowing, false);
  accepted.removeAllListeners('data');
  accepted.resume();
  const [data] = await once(accepted, 'data');
  assert.strictEqual(String(data), 'x');
  await finish(server, client, accepted);
});

test('allowHalfOpen of a server', async () => {
  const [server, client, accepted] = await pair({ allowHalfOpen: true });
  assert.strictEqual(accepted.allowHalfOpen, true);
  accepted.resume();
  client.end();
  await once(accepted, 'end');
  assert.strictEqual(accepted.writable, true);
  assert.strictEqual(accepted.readyState, 'writeOnly');
  client.setEncoding('utf8');
  accepted.end('answer');
  const [answer] = await once(client, 'data');
  assert.strictEqual(answer, 'answer');
  await finish(server, client, accepted);
});

test('noDelay and keepAlive of a server', async () => {
  const [server, client, accepted] = await pair(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 });
  assert.strictEqual(server.keepAliveInitialDelay, 1);
  await finish(server, client, accepted);
});

test('an abort signal closes', async () => {
  const controller = new AbortController();
  const server = net.createServer();
  await listen(server, { port: 0, host: '127.0.0.1', signal: controller.signal });
  const done = once(server, 'close');
  controller.abort();
  await done;
  const aborted = net.createServer();
  aborted.listen({ port: 0, signal: AbortSignal.abort() });
  await once(aborted, 'close');
});

test('asynchronous disposal', async () => {
  const server = net.createServer();
  await listen(server);
  await server[Symbol.asyncDispose]();
  assert.strictEqual(server.listening, false);
  await server[Symbol.asyncDispose]();
});

test('ref() and unref()', async () => {
  const server = net.createServer();
  assert.strictEqual(server.unref(), server);
  await listen(server);
  assert.strictEqual(server.ref(), server);
  assert.strictEqual(server.unref(), server);
  net.createServer().unref().listen(0);
});

test('a server on a descriptor that is none', async () => {
  const server = net.createServer();
  const failure = new Promise((resolve) => server.on('error', resolve));
  server.listen({ fd: 2147483647 });
  assert.strictEqual((await failure).code, 'EINVAL');
});

test('connection listeners are ordinary ones', async () => {
  const order = [];
  const server = net.createServer(() => order.push('first'));
  server.on('connection', () => order.push('second'));
  server.prependListener('connection', () => order.push('zeroth'));
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  assert.deepStrictEqual(order, ['zeroth', 'first', 'second']);
  await finish(server, client, accepted);
});

test('a rejected connection listener destroys the connection', async () => {
  const events = require('events');
  events.captureRejections = true;
  const failure = new Error('no');
  const server = net.createServer(async (socket) => {
    result = closed(socket);
    throw failure;
  });
  let result;
  events.captureRejections = false;
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  await closed(client.resume());
  assert.strictEqual(await result, failure);
  await close(server);
});

test('events of a server from start to end', async () => {
  const server = net.createServer((socket) => socket.end());
  const log = record(server, ['listening', 'connection', 'close', 'error', 'drop']);
  const port = await listen(server);
  const socket = net.connect(port, '127.0.0.1').resume();
  await once(socket, 'close');
  await close(server);
  assert.deepStrictEqual(log, ['listening', 'connection', 'close']);
});

test('many connections at once', async () => {
  const server = net.createServer((socket) => socket.pipe(socket));
  const port = await listen(server);
  await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.end(`hello ${i}`);
    let got = '';
    socket.on('data', (data) => { got += data; });
    await once(socket, 'close');
    assert.strictEqual(got, `hello ${i}`);
  }));
  await close(server);
});
