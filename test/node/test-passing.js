// Sockets and servers that are sent to child processes, and come from them.
'use strict';

const { assert, once, test, listen, text, closed, pair, finish } = require('./support');
const { fork, spawn } = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');

const start = () => fork(path.join(__dirname, 'receiver.js'));

async function end(child) {
  child.disconnect();
  const [code] = await once(child, 'exit');
  assert.strictEqual(code, 0);
}

const connections = (server) => new Promise((resolve, reject) => {
  server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
});

test('a socket goes to the child with what it has not read', async () => {
  const child = start();
  const server = net.createServer({ pauseOnConnect: true });
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1').setEncoding('utf8');
  client.write('early');
  const [accepted] = await once(server, 'connection');
  accepted.on('close', () => { throw new Error('it is the other process now who closes it'); });
  assert.strictEqual(child.send('socket', accepted), true);
  assert.deepStrictEqual(await once(client, 'data'), ['child early']);
  assert.strictEqual(await connections(server), 1);
  let done = false;
  server.close(() => { done = true; });
  client.write('late');
  assert.deepStrictEqual(await once(client, 'data'), ['child late']);
  assert.strictEqual(done, false);
  const told = once(child, 'message');
  client.end();
  assert.strictEqual(await closed(client), null);
  assert.deepStrictEqual(await told, ['socket closed', undefined]);
  if (!done) await once(server, 'close');
  await end(child);
});

test('with keepOpen both processes have the socket', async () => {
  const child = start();
  const [server, client, accepted] = await pair({ pauseOnConnect: true });
  client.setEncoding('utf8').write('one');
  await new Promise((resolve) => child.send('socket', accepted, { keepOpen: true }, resolve));
  assert.deepStrictEqual(await once(client, 'data'), ['child one']);
  accepted.write('parent');
  assert.deepStrictEqual(await once(client, 'data'), ['parent']);
  accepted.destroy();
  client.end();
  await closed(client);
  await once(child, 'message');
  await end(child);
  server.close();
});

for (const what of ['server', 'handle']) {
  test(`a ${what} that was sent accepts in the child`, async () => {
    const child = start();
    const server = net.createServer();
    const port = await listen(server);
    child.send(what, what === 'server' ? server : server._handle);
    const [{ address }] = await once(child, 'message');
    assert.deepStrictEqual(address, server.address());
    server.close();
    await once(server, 'close');
    assert.strictEqual(await text(net.connect(port, '127.0.0.1')), 'child');
    await end(child);
    await assert.rejects(once(net.connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  });
}

test('a child sends a socket', async () => {
  const child = start();
  child.send('give');
  const [{ address }] = await once(child, 'message');
  const client = net.connect(address.port, '127.0.0.1').setEncoding('utf8');
  client.write('question');
  const [message, socket] = await once(child, 'message');
  assert.strictEqual(message, 'given');
  assert(socket instanceof net.Socket);
  assert.strictEqual(socket.remotePort, client.localPort);
  assert.strictEqual(String((await once(socket, 'data'))[0]), 'question');
  socket.end('answer');
  assert.deepStrictEqual(await once(client, 'data'), ['answer']);
  await Promise.all([closed(client), closed(socket)]);
  await end(child);
});

test('a socket that was sent already goes as nothing', async () => {
  const child = start();
  const [server, client, accepted] = await pair({ pauseOnConnect: true });
  child.send('socket', accepted);
  child.send('nothing', accepted);
  assert.deepStrictEqual(await once(child, 'message'), [{ got: 'undefined' }, undefined]);
  const told = once(child, 'message');
  client.resume().end();
  await closed(client);
  await told;
  server.close();
  await end(child);
});

test('what cannot be sent is refused', async () => {
  const child = start();
  assert.throws(() => child.send('socket', {}), { code: 'ERR_INVALID_HANDLE_TYPE' });
  await end(child);
});

test('a socket that could not be sent stays, and nothing is left of the attempt', async () => {
  const child = start();
  const [server, client, accepted] = await pair();
  const descriptors = () => fs.readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (const kind of [accepted, server, server._handle]) {
    assert.throws(() => child.send(undefined, kind), { code: 'ERR_MISSING_ARGS' });
    assert.throws(() => child.send('socket', kind, 3), { code: 'ERR_INVALID_ARG_TYPE' });
  }
  assert.strictEqual(descriptors(), before);
  const gone = once(child, 'exit');
  child.disconnect();
  const told = new Promise((resolve) => child.send('socket', accepted, resolve));
  assert.strictEqual((await told).code, 'ERR_IPC_CHANNEL_CLOSED');
  assert.strictEqual(accepted.destroyed, false);
  accepted.end('still here');
  assert.strictEqual(await text(client), 'still here');
  server.close();
  await gone;
});

test('a socket as what a child writes to', async () => {
  const [server, client, accepted] = await pair({ pauseOnConnect: true });
  const child = spawn(process.execPath, ['-p', '"from the child"'],
    { stdio: ['ignore', accepted, 'inherit'] });
  const all = text(client);
  await once(child, 'close');
  accepted.end();
  assert.strictEqual(await all, 'from the child\n');
  await finish(server, client, accepted);
});

test('a socket on a descriptor that nobody refers to lives while it is open', async () => {
  const program = `
    new (require('net').Socket)({ fd: 0 }).on('data', (chunk) => console.log(String(chunk)));
    setTimeout(() => {
      gc();
      console.log('collected');
    }, 1);`;
  const child = spawn(process.execPath, ['--expose-gc', '-e', program],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  assert.deepStrictEqual(await once(child.stdout, 'data'), ['collected\n']);
  child.stdin.end('late');
  assert.deepStrictEqual(await once(child.stdout, 'data'), ['late\n']);
  await once(child, 'close');
});
