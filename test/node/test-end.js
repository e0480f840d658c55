// How connections end: FIN, half-open, destroy, reset, errors, and what is called when.
'use strict';

const { assert, once, test, listen, close, pair, closed, finish, record, never, times, tick,
  immediate, temporaryPath } = require('./support');
const net = require('net');

const kEvents = ['end', 'finish', 'prefinish', 'error', 'close', 'drain', 'timeout'];
const show = { close: (hadError) => hadError, error: (error) => error.code ?? error.message };

test('both ends end', async () => {
  const [server, client, accepted] = await pair();
  const logs = [client, accepted].map((socket) => record(socket, kEvents, show));
  accepted.resume();
  client.resume();
  client.end();
  await Promise.all([once(client, 'close'), once(accepted, 'close')]);
  assert.deepStrictEqual(logs[0], ['prefinish', 'finish', 'end', 'close:false']);
  assert.deepStrictEqual(logs[1], ['end', 'prefinish', 'finish', 'close:false']);
  for (const socket of [client, accepted]) {
    assert.strictEqual(socket.destroyed, true);
    assert.strictEqual(socket.closed, true);
    assert.strictEqual(socket.readyState, 'closed');
    assert.strictEqual(socket.readableEnded, true);
    assert.strictEqual(socket.writableFinished, true);
    assert.strictEqual(socket.errored, null);
    assert.strictEqual(socket.pending, true);
    assert.strictEqual(socket._handle, null);
  }
  await close(server);
});

test('half open: the other side may go on', async () => {
  const [server, client, accepted] = await pair({ allowHalfOpen: true }, { allowHalfOpen: true });
  accepted.resume();
  client.end();
  await once(accepted, 'end');
  assert.strictEqual(accepted.readyState, 'writeOnly');
  assert.strictEqual(client.readyState, 'readOnly');
  accepted.write('still');
  const [data] = await once(client, 'data');
  assert.strictEqual(String(data), 'still');
  accepted.end();
  await Promise.all([once(client, 'close'), once(accepted, 'close')]);
  await close(server);
});

test('allowHalfOpen can be changed', async () => {
  const [server, client, accepted] = await pair();
  accepted.allowHalfOpen = true;
  assert.strictEqual(accepted.allowHalfOpen, true);
  accepted.resume();
  client.end();
  await once(accepted, 'end');
  await immediate();
  assert.strictEqual(accepted.writable, true);
  await finish(server, client, accepted);
});

test('the end waits for what was not read', async () => {
  const [server, client, accepted] = await pair();
  client.end('tail');
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.strictEqual(accepted.readable, true);
  assert.strictEqual(accepted.writable, true);
  assert.strictEqual(accepted.readableEnded, false);
  accepted.resume();
  await once(accepted, 'close');
  await close(server);
});

test('write() after the other side ended', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  client.end();
  await once(accepted, 'end');
  await tick();
  const result = closed(accepted);
  let told;
  assert.strictEqual(accepted.write('x', (error) => { told = error; }), false);
  const error = await result;
  assert.strictEqual(error.code, 'EPIPE');
  assert.strictEqual(error.message, 'This socket has been ended by the other party');
  assert.strictEqual(told, error);
  await finish(server, client);
});

test('write() and end() after end()', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  client.end();
  const result = closed(client);
  const told = new Promise((resolve) => client.write('late', resolve));
  assert.strictEqual((await told).code, 'ERR_STREAM_WRITE_AFTER_END');
  assert.strictEqual((await result).message, 'write after end');
  const again = await new Promise((resolve) => client.end(resolve));
  assert.strictEqual(again.code, 'ERR_STREAM_DESTROYED');
  await finish(server, accepted);
});

test('write() and end() after destroy()', async () => {
  const [server, client, accepted] = await pair();
  client.destroy();
  client.on('error', never('error'));
  const written = await new Promise((resolve) => {
    assert.strictEqual(client.write('late', resolve), false);
  });
  assert.strictEqual(written.code, 'ERR_STREAM_DESTROYED');
  assert.strictEqual(written.message, 'Cannot call write after a stream was destroyed');
  client.end();
  const ended = await new Promise((resolve) => client.end(resolve));
  assert.strictEqual(ended.code, 'ERR_STREAM_DESTROYED');
  await finish(server, accepted);
});

test('destroy()', async () => {
  const [server, client, accepted] = await pair();
  const log = record(client, kEvents, show);
  accepted.on('error', () => {}).resume();
  assert.strictEqual(client.destroy(), client);
  assert.strictEqual(client.destroyed, true);
  assert.strictEqual(client.readable, false);
  assert.strictEqual(client.writable, false);
  assert.strictEqual(client.destroy(new Error('second')), client);
  assert.deepStrictEqual(log, []);
  await once(client, 'close');
  assert.deepStrictEqual(log, ['close:false']);
  assert.strictEqual(client.readableAborted, true);
  await finish(server, accepted);
});

test('destroy(error)', async () => {
  const [server, client, accepted] = await pair();
  const log = record(client, kEvents, show);
  accepted.on('error', () => {}).resume();
  const error = new Error('mine');
  client.destroy(error);
  assert.strictEqual(client.errored, error);
  const told = await new Promise((resolve) => client.on('close', resolve));
  assert.strictEqual(told, true);
  assert.deepStrictEqual(log, ['error:mine', 'close:true']);
  await finish(server, accepted);
});

test('destroy with things that are no errors', async () => {
  for (const value of ['text', 5, { a: 1 }]) {
    const [server, client, accepted] = await pair();
    accepted.on('error', () => {}).resume();
    const result = closed(client);
    client.destroy(value);
    assert.strictEqual(await result, value);
    await finish(server, accepted);
  }
});

test('destroy(error, callback)', async () => {
  const [server, client, accepted] = await pair();
  client.on('error', () => {});
  const error = new Error('mine');
  const told = await new Promise((resolve) => client.destroy(error, resolve));
  assert.strictEqual(told, error);
  await finish(server, accepted);
});

test('destroying a socket without a connection', async () => {
  const socket = new net.Socket();
  const args = once(socket, 'close');
  socket.destroy();
  assert.deepStrictEqual(await args, []);
});

test('queued writes are told', async () => {
  const [server, client, accepted] = await pair();
  accepted.pause();
  const errors = [];
  client.on('error', never('error'));
  while (client.write(Buffer.alloc(65536)));
  client.write('a', (error) => errors.push(error?.code));
  client.write('b', (error) => errors.push(error?.code));
  client.end((error) => errors.push(error?.code));
  client.destroy();
  await once(client, 'close');
  await immediate();
  assert.deepStrictEqual(errors,
    ['ERR_STREAM_DESTROYED', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_DESTROYED']);
  await finish(server, accepted);
});

test('writes of a connection that never came', async () => {
  const server = net.createServer();
  const port = await listen(server);
  const socket = net.connect(port, '127.0.0.1');
  const result = closed(socket);
  const told = new Promise((resolve) => socket.write('x', resolve));
  socket.destroy();
  assert.strictEqual((await told).code, 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION');
  await result;
  await close(server);
});

test('destroySoon()', async () => {
  const [server, client, accepted] = await pair();
  let got = '';
  accepted.setEncoding('utf8').on('data', (data) => { got += data; });
  client.write('all ');
  client.write('of it');
  client.destroySoon();
  assert.strictEqual(client.writableEnded, true);
  await once(client, 'close');
  await once(accepted, 'close');
  assert.strictEqual(got, 'all of it');
  await close(server);
});

test('resetAndDestroy()', async () => {
  const [server, client, accepted] = await pair();
  const result = closed(accepted.resume());
  const log = record(client, kEvents, show);
  assert.strictEqual(client.resetAndDestroy(), client);
  assert.strictEqual(client.destroyed, true);
  await once(client, 'close');
  assert.deepStrictEqual(log, ['close:false']);
  const error = await result;
  assert.strictEqual(error.code, 'ECONNRESET');
  assert.strictEqual(error.message, 'read ECONNRESET');
  assert.deepStrictEqual(Object.keys(error), ['errno', 'code', 'syscall']);
  await close(server);
});

test('resetAndDestroy() while connecting, and without a connection', async () => {
  const server = net.createServer();
  const port = await listen(server);
  const accepted = once(server, 'connection');
  const client = net.connect(port, '127.0.0.1');
  client.resetAndDestroy();
  assert.strictEqual(client.destroyed, false);
  const connected = times(1);
  client.on('connect', connected);
  const gone = once(client, 'close');
  const [other] = await accepted;
  await closed(other.resume());
  await gone;
  await close(server);
  const none = new net.Socket();
  const result = closed(none);
  none.resetAndDestroy();
  assert.strictEqual((await result).code, 'ERR_SOCKET_CLOSED');
});

test('resetAndDestroy() of a path', async () => {
  const server = net.createServer((socket) => socket.resume());
  const path = temporaryPath('reset.sock');
  await listen(server, path);
  const client = net.connect(path);
  await once(client, 'connect');
  assert.throws(() => client.resetAndDestroy(), {
    name: 'TypeError', code: 'ERR_INVALID_HANDLE_TYPE', message: 'This handle type cannot be sent',
  });
  await finish(server, client);
});

test('a reset is an error even if nobody reads', async () => {
  const [server, client, accepted] = await pair();
  const result = closed(accepted);
  accepted.write('x');
  client.resetAndDestroy();
  assert.strictEqual((await result).code, 'ECONNRESET');
  await close(server);
});

test('an error nobody hears is an uncaught exception', async () => {
  const [server, client, accepted] = await pair();
  const error = new Error('mine');
  const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
  client.destroy(error);
  assert.strictEqual(await uncaught, error);
  await finish(server, client, accepted);
});

test('a listener that throws does not break the connection', async () => {
  const [server, client, accepted] = await pair();
  for (const [event, provoke] of [['data', () => client.write('x')],
    ['timeout', () => accepted.setTimeout(5)], ['end', () => client.end()]]) {
    const thrown = new Error(event);
    accepted.once(event, () => { throw thrown; });
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
    provoke();
    assert.strictEqual(await uncaught, thrown);
  }
  await finish(server, client, accepted);
});

test('a connection listener that throws', async () => {
  const thrown = new Error('connection');
  const server = net.createServer(() => { throw thrown; });
  const port = await listen(server);
  const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
  const client = net.connect(port, '127.0.0.1');
  assert.strictEqual(await uncaught, thrown);
  server.removeAllListeners('connection');
  const next = net.connect(port, '127.0.0.1');
  await once(server, 'connection');
  process.nextTick(() => process.exit());
  void [client, next];
});
