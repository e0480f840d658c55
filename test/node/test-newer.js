// What the newest Node has and the one that runs this may not: tested where it is there.
'use strict';

const { assert, once, test, listen, close, pair, closed, finish, never } = require('./support');
const net = require('net');

test('typeOfService', async () => {
  if (!net.Socket.prototype.setTypeOfService) return;
  const [server, client, accepted] = await pair({}, { typeOfService: 0x10 });
  assert.strictEqual(client.getTypeOfService(), 0x10);
  assert.strictEqual(client.setTypeOfService(0x08), client);
  assert.strictEqual(client.getTypeOfService(), 0x08);
  for (const tos of [-1, 256, 1.5]) {
    assert.throws(() => client.setTypeOfService(tos), { code: 'ERR_OUT_OF_RANGE' });
  }
  assert.throws(() => client.setTypeOfService('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  await finish(server, client, accepted);
});

test('setKeepAlive() with times, and as a bag', async () => {
  const [server, client, accepted] = await pair();
  assert.strictEqual(client.setKeepAlive(true, 1000, 2000, 3), client);
  const times = { enable: true, initialDelay: 1000, interval: 1000, count: 5 };
  assert.strictEqual(client.setKeepAlive(times), client);
  assert.strictEqual(client.setKeepAlive({ enable: false }), client);
  await finish(server, client, accepted);
});

test('connections as an async iterator', async () => {
  if (!net.Server.prototype[Symbol.asyncIterator]) return;
  const server = net.createServer();
  const port = await listen(server);
  const clients = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
  let count = 0;
  for await (const socket of server) {
    assert(socket instanceof net.Socket);
    socket.destroy();
    if (++count === 2) server.close();
  }
  assert.strictEqual(count, 2);
  clients.forEach((client) => client.destroy());
});

test('a server with a blockList', async () => {
  if (!net.BlockList.isBlockList) return;
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.1');
  const server = net.createServer({ blockList }, never('connection'));
  const port = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  client.resume();
  await closed(client);
  await close(server);
  assert.throws(() => net.createServer({ blockList: {} }), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a client with a blockList', async () => {
  if (!net.BlockList.isBlockList) return;
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.1');
  const socket = net.connect({ port: 1, host: '127.0.0.1', blockList });
  assert.strictEqual((await closed(socket)).code, 'ERR_IP_BLOCKED');
  assert.throws(() => new net.Socket({ blockList: 5 }), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('reusePort', async () => {
  if (!net.BlockList.isBlockList || process.platform !== 'linux') return;
  const one = net.createServer();
  await listen(one, { port: 0, host: '127.0.0.1', reusePort: true });
  const two = net.createServer();
  await listen(two, { port: one.address().port, host: '127.0.0.1', reusePort: true });
  assert.strictEqual(two.address().port, one.address().port);
  await close(one);
  await close(two);
});

test('dropMaxConnection can be set', async () => {
  const server = net.createServer();
  server.dropMaxConnection = true;
  assert.strictEqual(server.dropMaxConnection, true);
});

test('maxConnections of 0', async () => {
  const all = Number(process.versions.node.split('.')[0]) >= 21;
  const server = net.createServer((socket) => socket.end());
  server.maxConnections = 0;
  const port = await listen(server);
  const outcome = Promise.race([once(server, 'drop').then(() => 'drop'),
    once(server, 'connection').then(() => 'connection')]);
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => {}).resume();
  assert.strictEqual(await outcome, all ? 'drop' : 'connection');
  client.destroy();
  await close(server);
});
