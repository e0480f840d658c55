// What programs ask the process and the sockets, and what the command line and a signal that was given before say.
'use strict';

const assert = require('assert');
const { execFileSync } = require('child_process');
const { once } = require('events');
const net = require('net');
const { finish, listen, test } = require('./support');

const ours = process.execArgv.some((option) => option.includes('register'));
const ask = 'JSON.stringify([net.getDefaultAutoSelectFamily(), ' +
  'net.getDefaultAutoSelectFamilyAttemptTimeout()])';

for (const [option, expected] of [
  ['--no-network-family-autoselection', (before) => [false, before[1]]],
  ['--network-family-autoselection-attempt-timeout=700', () => [true, 700]],
]) {
  test(`${option} is heard, also in NODE_OPTIONS`, () => {
    const before = [net.getDefaultAutoSelectFamily(),
      net.getDefaultAutoSelectFamilyAttemptTimeout()];
    const asked = (options, env) => JSON.parse(execFileSync(process.execPath,
      [...process.execArgv, ...options, '-p', ask], { env: { ...process.env, ...env } }));
    assert.deepStrictEqual(asked([option]), expected(before));
    assert.deepStrictEqual(
      asked([], { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${option}` }),
      expected(before));
  });
}

test('autoSelectFamilyAttemptedAddresses is a property that can be assigned', () => {
  const socket = new net.Socket();
  assert.strictEqual(socket.autoSelectFamilyAttemptedAddresses, undefined);
  socket.autoSelectFamilyAttemptedAddresses = ['::1:80'];
  assert.deepStrictEqual(Object.getOwnPropertyDescriptor(socket,
    'autoSelectFamilyAttemptedAddresses'),
  { value: ['::1:80'], writable: true, enumerable: true, configurable: true });
});

test("what Node's Socket has of its own and shows can be seen", () => {
  for (const name of ['connect', 'end', 'pause', 'read', 'resume', 'setTimeout']) {
    assert(Object.getOwnPropertyDescriptor(net.Socket.prototype, name).enumerable, name);
  }
});

test('what keeps the process running is shown: servers and sockets, not those without ref()',
  async () => {
    const server = net.createServer();
    const port = await listen(server);
    const client = net.connect(port, '127.0.0.1');
    const [accepted] = await once(server, 'connection');
    if (client.connecting) await once(client, 'connect');
    const ofNet = () => process._getActiveHandles().filter((one) =>
      [server, client, accepted].includes(one));
    const info = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
    assert.strictEqual(ofNet().length, 3);
    assert.deepStrictEqual(info().sort(), ['TCPServerWrap', 'TCPSocketWrap', 'TCPSocketWrap']);
    client.unref();
    server.unref();
    assert.deepStrictEqual(ofNet(), [accepted]);
    client.ref();
    server.ref();
    await finish(server, client, accepted);
    // Node lists a handle until libuv has closed it.
    for (let turns = 0; turns < 100 && info().length > 0; turns++) await new Promise(setImmediate);
    assert.deepStrictEqual(info(), []);
  });

// Node connects all the same: README's deliberate differences.
if (ours) {
  test('a signal that was given before prevents the connection', async () => {
    const server = net.createServer();
    const port = await listen(server);
    let connections = 0;
    server.on('connection', () => { connections += 1; });
    for (const make of [
      () => net.connect({ port, host: '127.0.0.1', signal: AbortSignal.abort() }),
      () => new net.Socket({ signal: AbortSignal.abort() }).connect(port, '127.0.0.1'),
    ]) {
      const socket = make();
      const seen = [];
      for (const event of ['connect', 'ready', 'close']) socket.on(event, () => seen.push(event));
      socket.on('error', (error) => seen.push(error.code));
      await new Promise((resolve) => socket.on('close', resolve));
      await new Promise(setImmediate);
      assert.deepStrictEqual(seen, ['ABORT_ERR', 'close']);
    }
    assert.strictEqual(connections, 0);
    await new Promise((resolve) => server.close(resolve));
  });
}
