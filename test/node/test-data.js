// Bytes and text from one end to the other: write() and end() in all forms, encodings, flow.
'use strict';

const { assert, once, test, close, listen, pair, closed, finish, text, times, never, immediate,
  record } = require('./support');
const net = require('net');

test('what is written arrives', async () => {
  const [server, client, accepted] = await pair();
  const received = text(accepted);
  client.write('text ');
  client.write(Buffer.from('buffer '));
  client.write(new Uint8Array(Buffer.from('bytes ')));
  client.write(new DataView(new Uint8Array(Buffer.from('[view]')).buffer, 1, 4));
  client.write(new Uint16Array(new Uint8Array(Buffer.from('!!')).buffer));
  client.write('');
  client.end(' end');
  assert.strictEqual(await received, 'text buffer bytes view!! end');
  await finish(server, client, accepted);
});

test('encodings of what is written', async () => {
  const [server, client, accepted] = await pair();
  const chunks = [];
  accepted.on('data', (chunk) => chunks.push(chunk));
  client.write('686578', 'hex');
  client.write('YjY0', 'base64');
  client.write('\u00e9', 'latin1');
  client.write('x', 'utf16le');
  client.write('\u00e9\u20ac\ud83d\ude00');
  client.write('\u00e9', 'ascii');
  client.setDefaultEncoding('hex');
  client.write('0102');
  client.write('plain', 'utf8');
  client.end('0304');
  await once(accepted, 'end');
  assert.deepStrictEqual(Buffer.concat(chunks), Buffer.concat([Buffer.from('hexb64'),
    Buffer.from([0xe9]), Buffer.from('x', 'utf16le'), Buffer.from('\u00e9\u20ac\ud83d\ude00'),
    Buffer.from([0xe9]), Buffer.from([1, 2]), Buffer.from('plain'), Buffer.from([3, 4])]));
  await finish(server, client, accepted);
});

test('encodings of what is read', async () => {
  for (const [encoding, expected] of [['utf8', '\u00e9\u20ac'], ['hex', 'c3a9e282ac'],
    ['base64', 'w6nigqw='], ['latin1', '\u00c3\u00a9\u00e2\u0082\u00ac'], ['utf16le',
      Buffer.from('\u00e9\u20ac').toString('utf16le')], ['base64url', 'w6nigqw'],
    ['ascii', Buffer.from('\u00e9\u20ac').toString('ascii')]]) {
    const [server, client, accepted] = await pair();
    let got = '';
    accepted.setEncoding(encoding);
    assert.strictEqual(accepted.readableEncoding, encoding);
    accepted.on('data', (chunk) => {
      assert.strictEqual(typeof chunk, 'string');
      got += chunk;
    });
    for (const byte of Buffer.from('\u00e9\u20ac')) {
      client.write(Buffer.from([byte]));
      await immediate();
    }
    client.end();
    await once(accepted, 'end');
    assert.strictEqual(got, expected, encoding);
    await finish(server, client, accepted);
  }
});

test('chunks are Buffers', async () => {
  const [server, client, accepted] = await pair();
  client.write('one');
  const [chunk] = await once(accepted, 'data');
  assert(Buffer.isBuffer(chunk));
  assert(chunk instanceof Uint8Array);
  assert.strictEqual(Object.getPrototypeOf(chunk), Buffer.prototype);
  assert.deepStrictEqual(chunk, Buffer.from('one'));
  const big = once(accepted, 'data');
  client.write(Buffer.alloc(60000, 'x'));
  const [first] = await big;
  assert(Buffer.isBuffer(first));
  assert.strictEqual(first[0], 120);
  await finish(server, client, accepted);
});

test('chunks that are kept stay what they were', async () => {
  const [server, client, accepted] = await pair();
  const kept = [];
  accepted.on('data', (chunk) => kept.push(chunk));
  for (let i = 0; i < 300; i++) {
    client.write(Buffer.alloc(100, i & 255));
    if (i % 10 === 0) await immediate();
  }
  client.end();
  await once(accepted, 'end');
  const all = Buffer.concat(kept);
  assert.strictEqual(all.length, 30000);
  for (let i = 0; i < all.length; i++) assert.strictEqual(all[i], Math.floor(i / 100) & 255);
  await finish(server, client, accepted);
});

test('write() says whether to go on', async () => {
  const [server, client, accepted] = await pair();
  accepted.pause();
  assert.strictEqual(client.write('a'), true);
  let more = true;
  let bytes = 1;
  while (more) {
    more = client.write(Buffer.alloc(65536));
    bytes += 65536;
  }
  assert.strictEqual(client.writableNeedDrain, true);
  assert(client.writableLength > 0);
  assert.strictEqual(client.bufferSize, client.writableLength);
  assert.strictEqual(client.bytesWritten, bytes);
  const drained = once(client, 'drain');
  accepted.resume();
  await drained;
  assert.strictEqual(client.writableLength, 0);
  assert.strictEqual(client.writableNeedDrain, false);
  await finish(server, client, accepted);
});

test('callbacks of write(), in order', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  const order = [];
  client.write('1', (error) => order.push([1, error ?? null]));
  client.write('2', 'utf8', (error) => order.push([2, error ?? null]));
  client.write(Buffer.from('3'), (error) => order.push([3, error ?? null]));
  client.write('4', undefined, (error) => order.push([4, error ?? null]));
  client.write('5', 'utf8', 'no function');
  assert.deepStrictEqual(order, []);
  client.end();
  await once(client, 'close');
  assert.deepStrictEqual(order, [[1, null], [2, null], [3, null], [4, null]]);
  await finish(server, accepted);
});

test('callbacks of end(), with finish', async () => {
  for (const args of [[], ['x'], ['x', 'utf8'], [Buffer.from('x')], [undefined], [null]]) {
    const [server, client, accepted] = await pair();
    accepted.resume();
    const order = [];
    client.on('finish', () => order.push('finish'));
    assert.strictEqual(client.end(...args, (error) => order.push(error ?? 'callback')), client);
    assert.strictEqual(client.writableEnded, true);
    assert.strictEqual(client.readyState, 'readOnly');
    await once(client, 'close');
    assert.deepStrictEqual(order, ['callback', 'finish']);
    await finish(server, accepted);
  }
});

test('writing while connecting', async () => {
  let got = '';
  const server = net.createServer((socket) => {
    socket.setEncoding('utf8').on('data', (data) => { got += data; });
  });
  const port = await listen(server);
  const socket = net.connect(port, '127.0.0.1');
  assert.strictEqual(socket.write('a'), true);
  assert.strictEqual(socket.write(Buffer.from('bc')), true);
  assert.strictEqual(socket.write('0d', 'hex'), true);
  assert.strictEqual(socket.bytesWritten, 4);
  assert.strictEqual(socket.bufferSize, socket.writableLength);
  const order = [];
  socket.on('connect', () => order.push('connect'));
  socket.end('e', () => order.push('end'));
  await once(socket, 'close');
  assert.strictEqual(got, 'abc\re');
  assert.deepStrictEqual(order, ['connect', 'end']);
  assert.strictEqual(socket.bytesWritten, 5);
  await close(server);
});

test('writing before connect() fails', async () => {
  const socket = new net.Socket();
  const result = closed(socket);
  let told;
  assert.strictEqual(socket.write('early', (error) => { told = error; }), false);
  const error = await result;
  assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED');
  assert.strictEqual(error.message, 'Socket is closed');
  assert.strictEqual(told, error);
});

test('cork() and uncork()', async () => {
  const [server, client, accepted] = await pair();
  const chunks = [];
  accepted.on('data', (chunk) => chunks.push(String(chunk)));
  client.cork();
  client.cork();
  assert.strictEqual(client.writableCorked, 2);
  client.write('a');
  client.write('b', 'latin1');
  client.write(Buffer.from('c'));
  client.uncork();
  await immediate();
  assert.deepStrictEqual(chunks, []);
  assert.strictEqual(client.writableLength, 3);
  client.uncork();
  assert.strictEqual(client.writableCorked, 0);
  await once(accepted, 'data');
  assert.deepStrictEqual(chunks, ['abc']);
  client.cork();
  client.write('d');
  client.end('e');
  await once(accepted, 'end');
  assert.strictEqual(chunks.join(''), 'abcde');
  await finish(server, client, accepted);
});

test('counters', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  client.write('\u20ac');
  assert.strictEqual(client.bytesWritten, 3);
  client.write('ff00', 'hex');
  assert.strictEqual(client.bytesWritten, 5);
  client.cork();
  client.write('corked');
  assert.strictEqual(client.bytesWritten, 11);
  client.uncork();
  client.end();
  await once(accepted, 'end');
  assert.strictEqual(accepted.bytesRead, 11);
  assert.strictEqual(accepted.bytesWritten, 0);
  await once(client, 'close');
  assert.strictEqual(client.bytesWritten, 11);
  assert.strictEqual(client.bytesRead, 0);
  await finish(server, accepted);
});

test('read(), readable and unshift()', async () => {
  const [server, client, accepted] = await pair();
  client.write('0123456789');
  await once(accepted, 'readable');
  assert.strictEqual(accepted.readableLength, 10);
  assert.strictEqual(String(accepted.read(3)), '012');
  assert.strictEqual(accepted.read(20), null);
  assert.strictEqual(String(accepted.read(2)), '34');
  accepted.unshift('ab');
  accepted.unshift(Buffer.from('!'));
  assert.strictEqual(String(accepted.read(4)), '!ab5');
  assert.strictEqual(String(accepted.read()), '6789');
  assert.strictEqual(accepted.read(), null);
  client.end('last');
  const all = [];
  accepted.on('readable', () => {
    for (let chunk; (chunk = accepted.read()) !== null;) all.push(chunk);
  });
  await once(accepted, 'end');
  assert.strictEqual(String(Buffer.concat(all)), 'last');
  assert.strictEqual(accepted.readableEnded, true);
  await finish(server, client, accepted);
});

test('unshift with an encoding set', async () => {
  const [server, client, accepted] = await pair();
  accepted.setEncoding('utf8');
  client.end('data');
  await once(accepted, 'readable');
  assert.strictEqual(accepted.read(), 'data');
  accepted.unshift('text');
  assert.strictEqual(accepted.read(), 'text');
  accepted.resume();
  await once(accepted, 'end');
  await finish(server, client, accepted);
});

test('pause() and resume()', async () => {
  const [server, client, accepted] = await pair();
  const log = record(accepted, ['pause', 'resume', 'data']);
  assert.strictEqual(accepted.pause(), accepted);
  assert.strictEqual(accepted.isPaused(), true);
  assert.strictEqual(accepted.readableFlowing, false);
  client.write('x');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.strictEqual(accepted.resume(), accepted);
  assert.strictEqual(accepted.isPaused(), false);
  await once(accepted, 'data');
  assert.deepStrictEqual(log.slice(0, 2), ['pause', 'resume']);
  await finish(server, client, accepted);
});

test('a data listener makes it flow, removing it does not stop it', async () => {
  const [server, client, accepted] = await pair();
  const listener = () => {};
  assert.strictEqual(accepted.readableFlowing, null);
  accepted.on('data', listener);
  assert.strictEqual(accepted.readableFlowing, true);
  accepted.off('data', listener);
  assert.strictEqual(accepted.readableFlowing, true);
  accepted.prependListener('data', listener);
  accepted.once('data', listener);
  assert.strictEqual(accepted.listenerCount('data'), 2);
  client.write('x');
  await once(accepted, 'data');
  assert.strictEqual(accepted.listenerCount('data'), 1);
  accepted.removeAllListeners('data');
  assert.strictEqual(accepted.listenerCount('data'), 0);
  await finish(server, client, accepted);
});

test('nothing is lost before somebody listens', async () => {
  const [server, client, accepted] = await pair();
  client.end('early');
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.strictEqual(await text(accepted), 'early');
  await finish(server, client, accepted);
});

test('a large text', async () => {
  const [server, client, accepted] = await pair();
  const size = 3 * 1024 * 1024;
  client.end('\u20ac'.repeat(size));
  let length = 0;
  accepted.setEncoding('utf8').on('data', (data) => { length += data.length; });
  await once(accepted, 'end');
  assert.strictEqual(length, size);
  await finish(server, client, accepted);
});

test('binary data survives', async () => {
  const [server, client, accepted] = await pair();
  accepted.pipe(accepted);
  const all = Buffer.alloc(256 * 300);
  for (let i = 0; i < all.length; i++) all[i] = (i * 31) & 255;
  client.end(all);
  const chunks = [];
  client.on('data', (chunk) => chunks.push(chunk));
  await once(client, 'close');
  assert(Buffer.concat(chunks).equals(all));
  await close(server);
});

test('write() of a view that is changed afterwards', async () => {
  const [server, client, accepted] = await pair();
  accepted.pause();
  const sent = Buffer.alloc(8, 'a');
  client.write(sent, () => sent.fill('b'));
  accepted.resume();
  assert.strictEqual(String((await once(accepted, 'data'))[0]), 'aaaaaaaa');
  await finish(server, client, accepted);
});

test('two chunks while paused come as one', async () => {
  const [server, client, accepted] = await pair();
  client.write('a');
  await new Promise((resolve) => setTimeout(resolve, 15));
  client.write('b');
  await new Promise((resolve) => setTimeout(resolve, 15));
  await once(accepted, 'readable');
  assert.strictEqual(String(accepted.read()), 'ab');
  await finish(server, client, accepted);
});

test('the mark of a socket holds back', async () => {
  const [server, client, accepted] = await pair({ highWaterMark: 100 });
  assert.strictEqual(accepted.readableHighWaterMark, 100);
  assert.strictEqual(accepted.writableHighWaterMark, 100);
  accepted.cork();
  assert.strictEqual(accepted.write(Buffer.alloc(99)), true);
  assert.strictEqual(accepted.write(Buffer.alloc(1)), false);
  accepted.uncork();
  client.resume();
  await finish(server, client, accepted);
});
