// Connecting: forms, order of events, state on the way, failures, and connecting again.
'use strict';

const { assert, once, test, listen, close, pair, closed, finish, heldPort, record, temporaryPath,
  never, times, tick } = require('./support');
const net = require('net');
const dns = require('dns');

test('every form of connect()', async () => {
  const server = net.createServer((socket) => socket.end()).listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  for (const args of [[port], [`${port}`], [`0x${port.toString(16)}`], [port, 'localhost'],
    [port, '127.0.0.1'], [{ port }], [{ port: `${port}`, host: '127.0.0.1' }],
    [{ port, host: undefined }], [{ port, family: 4 }], [{ port, family: 'IPv4' }],
    [{ port, localAddress: '127.0.0.1' }], [{ port, autoSelectFamily: false }],
    [{ port, host: 'localhost', hints: dns.ADDRCONFIG }], [{ port, path: '' }]]) {
    for (const make of [(...a) => net.connect(...a), (...a) => new net.Socket().connect(...a)]) {
      const connected = times(1, function() { assert(this instanceof net.Socket); });
      const socket = make(...args, connected);
      assert.strictEqual(socket.connecting, true);
      assert.strictEqual(socket.readyState, 'opening');
      socket.resume();
      await once(socket, 'close');
      assert.strictEqual(connected.count(), 1, String(args));
    }
  }
  await close(server);
});

test('a path', async () => {
  const path = temporaryPath('server.sock');
  const server = net.createServer((socket) => socket.end('x'));
  await listen(server, path);
  assert.strictEqual(server.address(), path);
  for (const args of [[path], [{ path }], [path, () => {}], [{ path, port: 1 }]]) {
    const socket = net.connect(...args);
    socket.resume();
    await once(socket, 'connect');
    assert.strictEqual(socket.remoteAddress, undefined);
    assert.strictEqual(socket.remotePort, undefined);
    assert.deepStrictEqual(socket.address(), {});
    await once(socket, 'close');
  }
  await close(server);
  assert.strictEqual(require('fs').existsSync(path), false);
});

test('the order of a connection to an address', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const socket = net.connect(port, '127.0.0.1');
  const log = record(socket, ['lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'finish',
    'close', 'error'], {
    connectionAttempt: (...args) => args.join(), close: (hadError) => hadError,
  });
  socket.on('connect', () => {
    assert.strictEqual(socket.connecting, false);
    assert.strictEqual(socket.pending, false);
    assert.strictEqual(socket.readyState, 'open');
    assert.strictEqual(socket.remotePort, port);
    assert.strictEqual(socket.remoteAddress, '127.0.0.1');
    assert.strictEqual(socket.remoteFamily, 'IPv4');
    assert.deepStrictEqual(Object.keys(socket.address()).sort(), ['address', 'family', 'port']);
    assert.strictEqual(socket.localPort, socket.address().port);
  });
  assert.deepStrictEqual(log, []);
  await tick();
  assert.deepStrictEqual(log, [`connectionAttempt:127.0.0.1,${port},4`]);
  socket.resume();
  await once(socket, 'close');
  assert.deepStrictEqual(log, [`connectionAttempt:127.0.0.1,${port},4`, 'connect', 'ready', 'end',
    'finish', 'close:false']);
  await close(server);
});

test('connect is not emitted before the next turn', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  let returned = false;
  const socket = net.connect(port, '127.0.0.1', () => assert(returned));
  returned = true;
  socket.resume();
  await once(socket, 'close');
  await close(server);
});

test('a name is looked up, and told', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const asked = [];
  const lookup = (hostname, options, callback) => {
    asked.push([hostname, options.family, options.all]);
    process.nextTick(callback, null, options.all ? [{ address: '127.0.0.1', family: 4 }] :
      '127.0.0.1', 4);
  };
  for (const extra of [{}, { family: 4 }, { autoSelectFamily: false }]) {
    const socket = net.connect({ port, host: 'example.test', lookup, ...extra });
    const [error, address, family, host] = await once(socket, 'lookup');
    assert.deepStrictEqual([error, address, family, host], [null, '127.0.0.1', 4, 'example.test']);
    socket.resume();
    await once(socket, 'close');
  }
  assert.deepStrictEqual(asked, [['example.test', undefined, true], ['example.test', 4, undefined],
    ['example.test', undefined, undefined]]);
  await close(server);
});

test('dns.lookup is the one of the moment', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const original = dns.lookup;
  let called = 0;
  dns.lookup = (hostname, options, callback) => {
    called += 1;
    process.nextTick(callback, null, options.all ? [{ address: '127.0.0.1', family: 4 }] :
      '127.0.0.1', 4);
  };
  try {
    const socket = net.connect(port, 'example.test');
    socket.resume();
    await once(socket, 'close');
  } finally {
    dns.lookup = original;
  }
  assert.strictEqual(called, 1);
  await close(server);
});

test('what a lookup may answer badly', async () => {
  const tries = [
    [{ autoSelectFamily: false }, (cb) => cb(null, 'nowhere', 4), 'ERR_INVALID_IP_ADDRESS'],
    [{ autoSelectFamily: false }, (cb) => cb(null, '127.0.0.1', 100), 'ERR_INVALID_ADDRESS_FAMILY'],
    [{ family: 4 }, (cb) => cb(Object.assign(new Error('no'), { code: 'ENO' })), 'ENO'],
    [{}, (cb) => cb(null, [{ address: 'x', family: 4 }]), 'ERR_INVALID_IP_ADDRESS'],
    [{}, (cb) => cb(Object.assign(new Error('no'), { code: 'ENO' })), 'ENO'],
  ];
  for (const [extra, answer, code] of tries) {
    const socket = net.connect({
      port: 1, host: 'example.test', ...extra,
      lookup: (host, options, callback) => answer(callback),
    });
    socket.on('connect', never('connect'));
    const error = await closed(socket);
    assert.strictEqual(error.code, code);
  }
});

test('a refused connection', async () => {
  const { port, release } = await heldPort();
  const socket = net.connect(port, '127.0.0.1', never('connect'));
  const log = record(socket, ['connectionAttempt', 'connectionAttemptFailed', 'error', 'close',
    'end', 'finish'], { close: (hadError) => hadError });
  const [error] = await once(socket, 'error', { signal: AbortSignal.timeout(5000) });
  assert.strictEqual(error.message, `connect ECONNREFUSED 127.0.0.1:${port}`);
  assert.strictEqual(error.name, 'Error');
  assert.deepStrictEqual({ ...error }, {
    errno: -111, code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port,
  });
  assert.deepStrictEqual(Object.keys(error), ['errno', 'code', 'syscall', 'address', 'port']);
  assert.strictEqual(socket.errored, error);
  assert.strictEqual(socket.destroyed, true);
  assert.strictEqual(socket.connecting, false);
  if (!log.includes('close:true')) await once(socket, 'close');
  assert.deepStrictEqual(log, ['connectionAttempt', 'connectionAttemptFailed', 'error',
    'close:true']);
  await release();
});

test('a path where nothing is', async () => {
  const path = temporaryPath('nothing.sock');
  const socket = net.connect(path, never('connect'));
  assert.strictEqual(socket.connecting, true);
  const error = await closed(socket);
  assert.strictEqual(error.message, `connect ENOENT ${path}`);
  assert.deepStrictEqual(Object.keys(error), ['errno', 'code', 'syscall', 'address']);
});

test('a local address that is not ours', async () => {
  const socket = net.connect({ port: 1, host: '127.0.0.1', localAddress: '192.0.2.1' });
  const error = await closed(socket);
  assert.strictEqual(error.code, 'EADDRNOTAVAIL');
  assert.strictEqual(error.syscall, 'bind');
});

test('local address and port', async () => {
  const server = net.createServer();
  const port = await listen(server);
  const { port: localPort, release } = await heldPort();
  const accepted = once(server, 'connection');
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2', localPort });
  const [other] = await accepted;
  assert.strictEqual(other.remotePort, localPort);
  assert.strictEqual(other.remoteAddress, '127.0.0.2');
  assert.strictEqual(socket.localAddress, '127.0.0.2');
  assert.strictEqual(socket.localPort, localPort);
  await finish(server, socket, other);
  await release();
});

test('all addresses fail: one error with all of them', async () => {
  const { port, release } = await heldPort();
  const lookup = (host, options, callback) => setImmediate(callback, null,
    [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]);
  const socket = net.connect({ port, host: 'example.test', lookup, autoSelectFamily: true });
  const log = record(socket, ['lookup', 'connectionAttempt', 'connectionAttemptFailed']);
  const error = await closed(socket);
  assert.strictEqual(error.name, 'AggregateError');
  assert.strictEqual(error.errors.length, 2);
  assert.strictEqual(error.code, error.errors[0].code);
  assert(error instanceof AggregateError);
  assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses,
    [`127.0.0.1:${port}`, `::1:${port}`]);
  assert.deepStrictEqual(log.slice(0, 4),
    ['lookup', 'lookup', 'connectionAttempt', 'connectionAttemptFailed']);
  await release();
});

test('the second address is tried when the first fails', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server, 0, '127.0.0.1');
  const lookup = (host, options, callback) => callback(null,
    [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]);
  const socket = net.connect({ port, host: 'example.test', lookup, autoSelectFamily: true });
  socket.resume();
  await once(socket, 'connect');
  assert.strictEqual(socket.remoteAddress, '127.0.0.1');
  await once(socket, 'close');
  await close(server);
});

test('connecting again after close', async () => {
  let count = 0;
  const server = net.createServer((socket) => {
    count += 1;
    socket.end(`number ${count}`);
  });
  const port = await listen(server);
  const socket = new net.Socket();
  socket.setEncoding('utf8');
  const seen = [];
  socket.on('data', (data) => seen.push(data));
  for (let i = 0; i < 4; i++) {
    socket.connect(port, '127.0.0.1');
    assert.strictEqual(socket.connecting, true);
    assert.strictEqual(socket.destroyed, false);
    await once(socket, 'close');
    assert.strictEqual(socket.destroyed, true);
    assert.strictEqual(socket.bytesRead, 8);
  }
  assert.deepStrictEqual(seen, ['number 1', 'number 2', 'number 3', 'number 4']);
  await close(server);
});

test('connecting again from the close listener, after errors', async () => {
  const { port, release } = await heldPort();
  const socket = new net.Socket();
  let errors = 0;
  const done = times(4, () => {
    if (done.count() < 4) socket.connect(port, '127.0.0.1');
  });
  socket.on('error', () => { errors += 1; });
  socket.on('close', done);
  socket.connect(port, '127.0.0.1');
  await done.done;
  assert.strictEqual(errors, 4);
  await release();
});

test('destroyed on the way', async () => {
  const server = net.createServer();
  const port = await listen(server);
  for (const host of ['127.0.0.1', 'localhost']) {
    const socket = net.connect(port, host, never('connect'));
    socket.on('error', never('error'));
    socket.destroy();
    assert.strictEqual(socket.connecting, false);
    assert.strictEqual(socket.readyState, 'closed');
    await once(socket, 'close');
  }
  await close(server);
});

test('destroyed with an error on the way', async () => {
  const socket = net.connect(1, '127.0.0.1', never('connect'));
  const error = new Error('mine');
  const result = closed(socket);
  socket.destroy(error);
  assert.strictEqual(await result, error);
});

test('options before the connection are kept', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const socket = new net.Socket();
  assert.strictEqual(socket.setNoDelay(), socket);
  assert.strictEqual(socket.setKeepAlive(true, 1000), socket);
  assert.strictEqual(socket.ref(), socket);
  assert.strictEqual(socket.unref(), socket);
  assert.strictEqual(socket.ref(), socket);
  assert.strictEqual(socket.setTimeout(5000), socket);
  assert.strictEqual(socket.timeout, 5000);
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  assert.strictEqual(socket.setNoDelay(false), socket);
  assert.strictEqual(socket.setKeepAlive(), socket);
  socket.resume();
  await once(socket, 'close');
  await close(server);
});

test('a timeout as an option', async () => {
  const server = net.createServer((socket) => socket.resume());
  const port = await listen(server);
  const socket = net.connect({ port, host: '127.0.0.1', timeout: 30 });
  assert.strictEqual(socket.timeout, 30);
  await once(socket, 'timeout');
  await finish(server, socket);
});

test('pausing while connecting holds the data back', async () => {
  const server = net.createServer((socket) => socket.end('data'));
  const port = await listen(server);
  const socket = net.connect(port, '127.0.0.1');
  socket.on('data', never('data'));
  socket.pause();
  assert.strictEqual(socket.isPaused(), true);
  await once(socket, 'ready');
  await new Promise((resolve) => setTimeout(resolve, 30));
  socket.removeAllListeners('data');
  const data = once(socket, 'data');
  socket.resume();
  assert.strictEqual(String((await data)[0]), 'data');
  await once(socket, 'close');
  await close(server);
});

test('an address is remembered only if asked for in time', async () => {
  const [server, client, accepted] = await pair();
  assert.strictEqual(client.remotePort, server.address().port);
  client.destroy();
  accepted.destroy();
  assert.strictEqual(client.remotePort, server.address().port);
  assert.strictEqual(client.localPort, undefined);
  assert.strictEqual(accepted.remotePort, undefined);
  await close(server);
});

test('client and server know each other by their ports', async () => {
  const [server, client, accepted] = await pair();
  assert.strictEqual(client.localPort, accepted.remotePort);
  assert.strictEqual(client.remotePort, accepted.localPort);
  assert.strictEqual(accepted.server, server);
  assert.strictEqual(client.server, null);
  await finish(server, client, accepted);
});
