// What becomes of writes and ends that fail, are refused, or come too early or too late.
'use strict';

const { assert, once, test, close, listen, pair, closed, finish, never, immediate,
  temporaryPath } = require('./support');
const net = require('net');

test('a write before connect() fails, and connect() opens the socket until that is told', async () => {
  const server = net.createServer((socket) => socket.on('error', () => {}).resume());
  const port = await listen(server);
  const client = new net.Socket();
  const failed = once(client, 'error');
  assert.strictEqual(client.write('x'), false);
  assert.strictEqual(client.writable, false);
  assert.strictEqual(client.errored.code, 'ERR_SOCKET_CLOSED');
  client.connect(port, '127.0.0.1');
  assert.strictEqual(client.writable, true);
  assert.strictEqual(client.errored, null);
  assert.strictEqual(client.readableAborted, false);
  assert.strictEqual(client.readyState, 'opening');
  assert.strictEqual((await failed)[0].code, 'ERR_SOCKET_CLOSED');
  await closed(client);
  await close(server);
});

test('an end() before connect() is forgotten by connect()', async () => {
  const server = net.createServer((socket) => socket.resume());
  const port = await listen(server);
  const client = new net.Socket();
  client.end();
  assert.strictEqual(client.writable, false);
  client.connect(port, '127.0.0.1');
  assert.strictEqual(client.writable, true);
  assert.strictEqual(client.writableEnded, false);
  client.destroy();
  await closed(client);
  await close(server);
});

test('what was corked before connect() stays corked', async () => {
  const server = net.createServer((socket) => socket.pipe(socket));
  const port = await listen(server);
  const client = new net.Socket();
  client.cork();
  client.write('a');
  client.connect(port, '127.0.0.1');
  assert.strictEqual(client.writableCorked, 1);
  assert.strictEqual(client.writableLength, 1);
  client.uncork();
  client.end('b');
  let text = '';
  client.on('data', (chunk) => { text += chunk; });
  await closed(client);
  assert.strictEqual(text, 'ab');
  await close(server);
});

// A client whose peer has gone without being heard, so that its next write fails at once.
async function deaf() {
  const path = temporaryPath('deaf');
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(path);
  await once(server, 'listening');
  const client = net.connect(path);
  client.pause();
  const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  peer.destroy();
  await once(peer, 'close');
  server.close();
  return client;
}

const writes = [
  ['a buffer', 3, (client) => client.write(Buffer.from('abc'))],
  ['a large buffer', 100000, (client) => client.write(Buffer.alloc(100000))],
  ['a short text', 0, (client) => client.write('abc')],
  ['a short text as latin1', 0, (client) => client.write('abc', 'latin1')],
  ['a long text', 20000, (client) => client.write('x'.repeat(20000))],
  ['hex', 3, (client) => client.write('616263', 'hex')],
  ['two texts, corked', 5, (client) => {
    client.cork();
    client.write('ab');
    client.write('cde');
    client.uncork();
  }],
  ['many, corked', 6000, (client) => {
    client.cork();
    for (let i = 0; i < 2000; i++) client.write('abc');
    client.uncork();
  }],
  ['text of end()', 0, (client) => client.end('abc')],
];
for (const [name, count, write] of writes) {
  test(`bytesWritten after a write that failed counts what was handed over: ${name}`, async () => {
    const client = await deaf();
    write(client);
    const [error] = await once(client, 'error');
    assert.strictEqual(error.code, 'EPIPE');
    assert.strictEqual(client.bytesWritten, count);
    await closed(client);
    assert.strictEqual(client.bytesWritten, count);
  });
}

test('end(callback) after destroy() is not told', async () => {
  const [server, client, accepted] = await pair();
  client.destroy();
  client.end(never('the callback'));
  await closed(client);
  await immediate();
  await finish(server, accepted);
});

test('end(callback) after destroy() is told where a write was cut off', async () => {
  const [server, client, accepted] = await pair();
  client.cork();
  client.write('x');
  client.destroy();
  const told = new Promise((resolve) => { client.end(resolve); });
  assert.strictEqual((await told).code, 'ERR_STREAM_DESTROYED');
  await finish(server, client, accepted);
});

// Newer Nodes know no encoding 'buffer' of a text.
const major = parseInt(process.versions.node, 10);
const kNoBuffer = major >= 24 ? 'ERR_UNKNOWN_ENCODING' : 'ERR_INVALID_ARG_TYPE';
const kNoChunks = [
  ['ERR_STREAM_NULL_VALUES', null], ['ERR_STREAM_NULL_VALUES', null, 'bogus'],
  ['ERR_INVALID_ARG_TYPE', undefined], ['ERR_INVALID_ARG_TYPE', 5, 'utf8'],
  ['ERR_UNKNOWN_ENCODING', 5, 'bogus'], ['ERR_INVALID_ARG_TYPE', []],
  ['ERR_UNKNOWN_ENCODING', 'text', 'bogus'], ['ERR_UNKNOWN_ENCODING', 'text', 5],
  ['ERR_INVALID_ARG_TYPE', new ArrayBuffer(2)], [kNoBuffer, 'text', 'buffer'],
];
test('write() and end() of what is no chunk throw', async () => {
  const [server, client, accepted] = await pair();
  for (const [code, ...args] of kNoChunks) {
    if (args[0] != null) assert.throws(() => client.end(...args), { code }, `end ${args}`);
    // After this Node 20 takes the text that it refused for one that is under way.
    if (args[1] === 'buffer') break;
    assert.throws(() => client.write(...args), { code }, `write ${args}`);
  }
  await finish(server, client, accepted);
});

test("a text with the encoding 'buffer' fails as any write where nothing can be written", async () => {
  if (major >= 24) return;
  const [server, client, accepted] = await pair();
  client.end();
  assert.strictEqual(client.write('text', 'buffer'), false);
  const [error] = await once(client, 'error');
  assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
  assert.strictEqual(client.write('text', 'buffer'), false);
  const fresh = new net.Socket();
  assert.strictEqual(fresh.write('text', 'buffer'), false);
  assert.strictEqual((await closed(fresh)).code, 'ERR_SOCKET_CLOSED');
  await finish(server, client, accepted);
});

test('push() and unshift() take encodings as Buffer.from() does; unshift(null) is the end', async () => {
  for (const name of ['push', 'unshift']) {
    const socket = new net.Socket();
    assert.strictEqual(socket[name]('61', 5), true);
    assert.strictEqual(socket[name]('61', 'hex'), true);
    for (const encoding of ['bogus', 'buffer']) {
      assert.throws(() => socket[name]('61', encoding), { code: 'ERR_UNKNOWN_ENCODING' });
    }
    assert.strictEqual(socket.readableLength, 3);
    assert.strictEqual(socket[name](null), false);
    socket.resume();
    await once(socket, 'end');
    socket.destroy();
  }
});

test('once both sides have ended a write fails without a look at what it is', async () => {
  const [server, client, accepted] = await pair();
  client.resume();
  client.end();
  accepted.resume();
  await once(accepted, 'close');
  for (const args of [[5], [null], [undefined, 'bogus'], ['text', 'bogus']]) {
    const told = new Promise((resolve) => {
      assert.strictEqual(accepted.write(...args, ...(args.length === 1 ? [undefined] : []), resolve),
        false);
    });
    assert.strictEqual((await told).code, 'EPIPE');
  }
  await finish(server, client);
});
