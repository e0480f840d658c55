// Sockets among Node's streams: pipe, pipeline, finished, web streams, abort signals, their state.
'use strict';

const { assert, once, test, close, listen, pair, closed, finish, text, never, times, record,
  immediate } = require('./support');
const net = require('net');
const stream = require('stream');
const zlib = require('zlib');
const { pipeline, finished } = require('stream/promises');

class Slow extends stream.Writable {
  constructor(options) {
    super({ highWaterMark: 1000, ...options });
    this.bytes = 0;
  }
  _write(chunk, encoding, callback) {
    this.bytes += chunk.length;
    setImmediate(callback);
  }
}

test('echo by pipe', async () => {
  const server = net.createServer((socket) => assert.strictEqual(socket.pipe(socket), socket));
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  const all = Buffer.alloc(1000000);
  for (let i = 0; i < all.length; i++) all[i] = i % 251;
  client.end(all);
  const chunks = [];
  for await (const chunk of client) chunks.push(chunk);
  assert(Buffer.concat(chunks).equals(all));
  await close(server);
});

test('a proxy of two pipes', async () => {
  const target = net.createServer((socket) => socket.pipe(socket));
  const targetPort = await listen(target);
  const proxy = net.createServer({ allowHalfOpen: true }, (socket) => {
    const to = net.connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.pipe(to).pipe(socket);
  });
  const port = await listen(proxy);
  const client = net.connect(port, '127.0.0.1');
  client.end('through '.repeat(50000));
  assert.strictEqual((await text(client)).length, 400000);
  await close(proxy);
  await close(target);
});

test('pipe events and unpipe', async () => {
  const [server, client, accepted] = await pair();
  const piped = once(client, 'pipe');
  accepted.pipe(client);
  assert.strictEqual((await piped)[0], accepted);
  const unpiped = once(client, 'unpipe');
  assert.strictEqual(accepted.unpipe(client), accepted);
  assert.strictEqual((await unpiped)[0], accepted);
  assert.strictEqual(accepted.unpipe(), accepted);
  assert.strictEqual(accepted.unpipe(client), accepted);
  await finish(server, client, accepted);
});

test('a pipe with a listener beside it', async () => {
  const [server, client, accepted] = await pair();
  const seen = [];
  accepted.on('data', (data) => seen.push(String(data)));
  accepted.pipe(accepted);
  client.end('both');
  assert.strictEqual(await text(client), 'both');
  assert.deepStrictEqual(seen, ['both']);
  await finish(server, accepted);
});

test('a listener that comes to a pipe', async () => {
  const [server, client, accepted] = await pair();
  accepted.pipe(accepted);
  client.write('one ');
  await once(client, 'data');
  const seen = once(accepted, 'data');
  client.end('two');
  assert.strictEqual(String((await seen)[0]), 'two');
  client.resume();
  await once(client, 'close');
  await finish(server, accepted);
});

test('a pipe that does not end its destination', async () => {
  const [server, client, accepted] = await pair({ allowHalfOpen: true });
  accepted.pipe(accepted, { end: false });
  client.end('x');
  await once(accepted, 'end');
  await immediate();
  assert.strictEqual(accepted.writable, true);
  accepted.end('y');
  assert.strictEqual(await text(client), 'xy');
  await finish(server, accepted);
});

test('to a slow stream of JavaScript', async () => {
  const [server, client, accepted] = await pair();
  const slow = accepted.pipe(new Slow());
  client.end(Buffer.alloc(300000));
  await once(slow, 'finish');
  assert.strictEqual(slow.bytes, 300000);
  await finish(server, client, accepted);
});

test('to two streams, and away from one', async () => {
  const [server, client, accepted] = await pair();
  const [one, two] = [new Slow(), new Slow()];
  accepted.pipe(one);
  accepted.pipe(two);
  client.write(Buffer.alloc(50000));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.strictEqual(one.bytes, 50000);
  assert.strictEqual(two.bytes, 50000);
  accepted.unpipe(two);
  client.end(Buffer.alloc(50000));
  await once(one, 'finish');
  assert.strictEqual(one.bytes, 100000);
  assert.strictEqual(two.bytes, 50000);
  assert.strictEqual(two.writableEnded, false);
  await finish(server, client, accepted);
});

test('from a stream of JavaScript, with backpressure', async () => {
  const [server, client, accepted] = await pair();
  accepted.pause();
  let left = 200;
  const source = new stream.Readable({
    read() { this.push(left-- > 0 ? Buffer.alloc(65536) : null); },
  });
  source.pipe(client);
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert(left > 0, 'all was taken though nobody reads');
  let bytes = 0;
  accepted.on('data', (data) => { bytes += data.length; }).resume();
  await once(accepted, 'end');
  assert.strictEqual(bytes, 200 * 65536);
  await finish(server, client, accepted);
});

test('through transforms', async () => {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.pipe(new stream.PassThrough()).pipe(zlib.createGzip()).pipe(socket);
  });
  const port = await listen(server);
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  client.end('squeeze '.repeat(10000));
  assert.strictEqual(await text(client.pipe(zlib.createGunzip())), 'squeeze '.repeat(10000));
  await close(server);
});

test('pipeline()', async () => {
  const server = net.createServer((socket) => {
    stream.pipeline(socket, new stream.PassThrough(), socket, (error) => assert.ifError(error));
  });
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  const chunks = [];
  await pipeline(stream.Readable.from(['a', 'b', 'c']), client, async function(source) {
    for await (const chunk of source) chunks.push(String(chunk));
  });
  assert.strictEqual(chunks.join(''), 'abc');
  await close(server);
});

test('pipeline() of a socket that is reset', async () => {
  const [server, client, accepted] = await pair();
  const slow = new Slow();
  const done = pipeline(accepted, slow);
  client.write('x');
  await once(accepted, 'data');
  client.resetAndDestroy();
  await assert.rejects(done, { code: 'ECONNRESET' });
  await close(server);
});

test('pipeline() destroys the socket when another part fails', async () => {
  const [server, client, accepted] = await pair();
  const failing = new stream.Writable({ write(chunk, encoding, done) { done(new Error('no')); } });
  const done = pipeline(accepted, failing);
  client.write('x');
  await assert.rejects(done, { message: 'no' });
  assert.strictEqual(accepted.destroyed, true);
  await finish(server, client);
});

test('finished()', async () => {
  for (const how of ['end', 'destroy', 'error']) {
    const [server, client, accepted] = await pair();
    accepted.resume();
    client.resume();
    const done = finished(client);
    if (how === 'end') client.end();
    else client.destroy(how === 'error' ? new Error('mine') : undefined);
    if (how === 'end') await done;
    else if (how === 'error') await assert.rejects(done, { message: 'mine' });
    else await assert.rejects(done, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
    await finish(server, accepted);
  }
});

test('finished() of what is finished already', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  client.resume();
  client.end();
  await once(client, 'close');
  await finished(client);
  await finish(server, accepted);
});

test('finished() of one side', async () => {
  const [server, client, accepted] = await pair({ allowHalfOpen: true }, { allowHalfOpen: true });
  const written = finished(client, { readable: false });
  client.end();
  await written;
  const read = finished(accepted.resume(), { writable: false });
  await read;
  await finish(server, client, accepted);
});

test('finished() with an abort signal', async () => {
  const [server, client, accepted] = await pair();
  const controller = new AbortController();
  const done = finished(client, { signal: controller.signal });
  controller.abort();
  await assert.rejects(done, { name: 'AbortError' });
  assert.strictEqual(client.destroyed, false);
  await finish(server, client, accepted);
});

test('web streams', async () => {
  const [server, client, accepted] = await pair();
  const { readable, writable } = stream.Duplex.toWeb(client);
  accepted.pipe(accepted);
  const writer = writable.getWriter();
  await writer.write(Buffer.from('web'));
  await writer.close();
  let all = '';
  for await (const chunk of readable) all += Buffer.from(chunk);
  assert.strictEqual(all, 'web');
  await finish(server, client, accepted);
});

test('compose() and Duplex.from()', async () => {
  const [server, client, accepted] = await pair();
  accepted.pipe(accepted);
  const duplex = stream.Duplex.from({ readable: client, writable: client });
  duplex.end('composed');
  let all = '';
  for await (const chunk of duplex) all += chunk;
  assert.strictEqual(all, 'composed');
  await finish(server, client, accepted);
});

test('addAbortSignal, and the option signal', async () => {
  for (const kind of ['function', 'option']) {
    const controller = new AbortController();
    const [server, client, accepted] = await pair({},
      kind === 'option' ? { signal: controller.signal } : {});
    if (kind === 'function') stream.addAbortSignal(controller.signal, client);
    const result = closed(client);
    controller.abort();
    const error = await result;
    assert.strictEqual(error.name, 'AbortError');
    assert.strictEqual(error.code, 'ABORT_ERR');
    await finish(server, accepted);
  }
});

test('a signal that is aborted while connecting, or was before', async () => {
  const server = net.createServer((socket) => socket.resume());
  const port = await listen(server);
  const controller = new AbortController();
  const socket = net.connect({ port, host: '127.0.0.1', signal: controller.signal });
  socket.on('connect', never('connect'));
  const result = closed(socket);
  controller.abort();
  assert.strictEqual((await result).name, 'AbortError');
  await close(server);
});

test('async disposal', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume().on('error', () => {});
  client.on('error', () => {});
  await client[Symbol.asyncDispose]();
  assert.strictEqual(client.destroyed, true);
  await finish(server, accepted);
});

test('wrap, and a Readable as face of a socket', async () => {
  const [server, client, accepted] = await pair();
  const wrapped = new stream.Readable().wrap(accepted);
  client.end('wrapped');
  assert.strictEqual(await text(wrapped), 'wrapped');
  await finish(server, client, accepted);
});

test('stream helpers know it', async () => {
  const [server, client, accepted] = await pair();
  assert.strictEqual(stream.isReadable(client), true);
  assert.strictEqual(stream.isErrored(client), false);
  assert.strictEqual(stream.isDisturbed(client), false);
  accepted.write('x');
  await once(client, 'data');
  assert.strictEqual(stream.isDisturbed(client), true);
  client.on('error', () => {});
  client.destroy(new Error('mine'));
  assert.strictEqual(stream.isReadable(client), false);
  await immediate();
  assert.strictEqual(stream.isErrored(client), true);
  await finish(server, accepted);
});

test('the state that libraries look at', async () => {
  const [server, client, accepted] = await pair();
  const { _readableState: readable, _writableState: writable } = client;
  assert.strictEqual(client._readableState, readable);
  assert.strictEqual(readable.flowing, null);
  assert.strictEqual(readable.ended, false);
  assert.strictEqual(readable.endEmitted, false);
  assert.strictEqual(readable.length, 0);
  assert.strictEqual(readable.objectMode, false);
  assert.strictEqual(readable.highWaterMark, client.readableHighWaterMark);
  assert.deepStrictEqual(readable.pipes, []);
  assert.strictEqual(writable.ended, false);
  assert.strictEqual(writable.ending, false);
  assert.strictEqual(writable.finished, false);
  assert.strictEqual(writable.needDrain, false);
  assert.strictEqual(writable.length, 0);
  assert.strictEqual(writable.corked, 0);
  assert.deepStrictEqual(writable.getBuffer(), []);
  client.cork();
  client.write('abc');
  assert.strictEqual(writable.length, 3);
  assert.strictEqual(writable.corked, 1);
  client.end();
  client.resume();
  assert.strictEqual(readable.flowing, true);
  assert.strictEqual(writable.ending, true);
  accepted.resume();
  await once(client, 'close');
  assert.strictEqual(readable.endEmitted, true);
  assert.strictEqual(writable.finished, true);
  assert.strictEqual(readable.destroyed, true);
  assert.strictEqual(writable.closed, true);
  await finish(server, accepted);
});

test('readable: what is emitted', async () => {
  const [server, client, accepted] = await pair();
  const log = record(accepted, ['readable', 'end', 'close']);
  client.end('x');
  await once(accepted, 'readable');
  accepted.read();
  await once(accepted, 'close');
  assert.deepStrictEqual(log.slice(-2), ['end', 'close']);
  assert(log.length >= 3);
  await finish(server, client);
});
