// Idle timeouts, and what keeps a program running.
'use strict';

const { assert, once, test, close, listen, pair, finish, never, times } = require('./support');
const net = require('net');
const { spawn } = require('child_process');

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('timeout is a notice, and comes again with activity', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  const notices = times(2);
  assert.strictEqual(client.setTimeout(20), client);
  assert.strictEqual(client.timeout, 20);
  client.on('timeout', notices);
  await once(client, 'timeout');
  assert.strictEqual(client.destroyed, false);
  client.write('x');
  await notices.done;
  await finish(server, client, accepted);
});

test('activity puts it off', async () => {
  const [server, client, accepted] = await pair();
  client.setTimeout(120, never('timeout'));
  for (let i = 0; i < 6; i++) {
    accepted.write('x');
    client.resume();
    await wait(40);
  }
  client.setTimeout(0);
  assert.strictEqual(client.timeout, 0);
  await wait(130);
  await finish(server, client, accepted);
});

test('its callback is a listener for once', async () => {
  const [server, client, accepted] = await pair();
  const callback = times(1, function() { assert.strictEqual(this, client); });
  client.setTimeout(10, callback);
  assert.strictEqual(client.listenerCount('timeout'), 1);
  await callback.done;
  assert.strictEqual(client.listenerCount('timeout'), 0);
  const other = never('timeout');
  client.setTimeout(1000, other);
  client.setTimeout(0, other);
  assert.strictEqual(client.listenerCount('timeout'), 0);
  await finish(server, client, accepted);
});

test('while connecting, and before', async () => {
  const socket = new net.Socket();
  socket.setTimeout(10);
  await once(socket, 'timeout');
  socket.destroy();
  await once(socket, 'close');
  socket.setTimeout(10, never('timeout'));
  await wait(30);
});

test('a socket that only its timer holds', async () => {
  const fired = times(1);
  (() => new net.Socket().setTimeout(60, fired))();
  const collecting = setInterval(() => globalThis.gc?.(), 5);
  await fired.done;
  clearInterval(collecting);
});

test('too long is cut with a warning', async () => {
  const warned = once(process, 'warning');
  const socket = new net.Socket();
  socket.setTimeout(2 ** 31);
  const [warning] = await warned;
  assert.strictEqual(warning.name, 'TimeoutOverflowWarning');
  assert.strictEqual(socket.timeout, 2 ** 31);
  socket.destroy();
});

// Runs a program in this very Node; resolves to [exit code, output].
function program(code, ms = 5000) {
  return new Promise((resolve) => {
    const args = process.execArgv.filter((arg) => arg !== '--expose-gc');
    const child = spawn(process.execPath, [...args, '-e', `const net = require('net');${code}`]);
    let output = '';
    child.stdout.on('data', (data) => { output += data; });
    child.stderr.on('data', (data) => { output += data; });
    const timer = setTimeout(() => child.kill(), ms);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve([signal ?? status, output]);
    });
  });
}

test('a program ends when only unref\'d things are left', async () => {
  const programs = [
    'net.createServer().listen(0).unref()',
    'net.createServer().unref().listen(0)',
    `const s = net.createServer((c) => c.unref()).listen(0, () => {
       s.unref(); const c = net.connect(s.address().port); c.on('connect', () => c.unref()); })`,
    `const s = net.createServer((c) => c.unref()).listen(0, () => {
       s.unref(); const c = new net.Socket(); c.unref(); c.connect(s.address().port); })`,
    'new net.Socket()', 'new net.Socket().setTimeout(100000)', 'net.createServer()',
    `const s = net.createServer().listen(0); s.close(() => console.log('closed'))`,
  ];
  const results = await Promise.all(programs.map((code) => program(code)));
  assert.deepStrictEqual(results,
    programs.map((code) => [0, code.includes('log') ? 'closed\n' : '']));
});

test('a program goes on while something is open', async () => {
  const programs = ['net.createServer().listen(0)',
    'const s = net.createServer().unref().listen(0); s.ref()',
    `const s = net.createServer().listen(0, () => {
       const c = net.connect(s.address().port); s.unref(); c.unref(); c.ref(); })`];
  const results = await Promise.all(programs.map((code) => program(code, 600)));
  assert.deepStrictEqual(results, programs.map(() => ['SIGTERM', '']));
});

test('an uncaught error ends the program as in Node', async () => {
  const [status, output] = await program(`net.connect({port: 1, host: '127.0.0.1'})`);
  assert.strictEqual(status, 1);
  assert.match(output, /Error: connect ECONNREFUSED 127\.0\.0\.1:1\n/);
  assert.match(output, /Emitted 'error' event on Socket instance at:/);
  assert.match(output, /errno: -111,\n {2}code: 'ECONNREFUSED',\n {2}syscall: 'connect',/);
});
