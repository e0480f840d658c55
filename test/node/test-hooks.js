// Methods of a socket that a program overrides: push(), which is given what arrives, and hooks that throw.
'use strict';

const { assert, once, test, listen, close, closed, finish, pair } = require('./support');
const net = require('net');

const isBytes = (chunk) => chunk === null || Buffer.isBuffer(chunk);

test("a subclass's push() is given what arrives, and the end", async () => {
  const server = net.createServer((socket) => socket.end('hello'));
  const port = await listen(server);
  const pushed = [];
  class Loud extends net.Socket {
    push(chunk, encoding) {
      pushed.push(chunk);
      return super.push(chunk === null ? null : String(chunk).toUpperCase(), encoding);
    }
  }
  const client = new Loud();
  client.setEncoding('utf8');
  client.connect(port, '127.0.0.1');
  let text = '';
  client.on('data', (chunk) => { text += chunk; });
  await once(client, 'end');
  assert.strictEqual(text, 'HELLO');
  assert(pushed.every(isBytes));
  assert.strictEqual(pushed.at(-1), null);
  assert.strictEqual(Buffer.concat(pushed.slice(0, -1)).toString(), 'hello');
  await closed(client);
  await close(server);
});

test("a push() assigned to a connection, which may keep everything for itself", async () => {
  const [server, client, accepted] = await pair();
  const { push } = client;
  let kept = '';
  client.push = function(chunk) {
    assert.strictEqual(this, client);
    if (chunk === null) return push.call(this, null);
    kept += chunk;
    return true;
  };
  let data = 0;
  client.on('data', () => { data += 1; });
  accepted.end('secret');
  await once(client, 'end');
  assert.strictEqual(kept, 'secret');
  assert.strictEqual(data, 0);
  await finish(server, client, accepted);
});

test('reading stops while push() says false', async () => {
  const [server, client, accepted] = await pair();
  const { push } = client;
  const chunks = [];
  client.push = (chunk) => {
    chunks.push(chunk);
    return false;
  };
  client.resume();
  accepted.write('first');
  while (chunks.length === 0) await new Promise(setImmediate);
  const seen = chunks.length;
  await new Promise((resolve) => { accepted.write('second', resolve); });
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  assert.strictEqual(chunks.length, seen);
  client.push = push;
  client._read();
  const [data] = await once(client, 'data');
  assert.strictEqual(String(data), 'second');
  await finish(server, client, accepted);
});

for (const name of ['_read', '_final', '_destroy']) {
  test(`what ${name}() throws is the socket's 'error'`, async () => {
    const [server, client, accepted] = await pair();
    const thrown = new Error(name);
    client[name] = () => { throw thrown; };
    const failed = once(client, 'error');
    if (name === '_read') {
      accepted.write('x');
      client.resume();
    }
    if (name === '_final') client.end();
    if (name === '_destroy') client.destroy();
    assert.strictEqual((await failed)[0], thrown);
    assert.strictEqual(client.destroyed, true);
    if (name !== '_destroy') await closed(client);
    else Object.getPrototypeOf(client)._destroy.call(client, null, () => {});
    await finish(server, accepted);
  });
}
