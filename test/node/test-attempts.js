// Several addresses for one name: which is tried when, what is told, and the time each gets.
'use strict';

const { assert, once, test, listen, close, closed, finish, heldPort, record, never } =
  require('./support');
const net = require('net');

// Answers with these addresses, later, in the form that was asked for.
const answer = (...addresses) => (host, options, callback) => {
  const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
  process.nextTick(() => (options.all ? callback(null, all) :
    callback(null, all[0].address, all[0].family)));
};

const show = {
  lookup: (error, address, family, host) => `${address},${family},${host}`,
  connectionAttempt: (...args) => args.join(),
  connectionAttemptFailed: (ip, port, family, error) => `${ip},${port},${family},${error.code}`,
  connectionAttemptTimeout: (...args) => args.join(),
};
const kEvents = [...Object.keys(show), 'connect', 'ready', 'error', 'close'];

test('families take turns', async () => {
  const { port, release } = await heldPort();
  const socket = net.connect({
    port, host: 'test', autoSelectFamily: true,
    lookup: answer('127.0.0.1', '127.0.0.2', '::1', '127.0.0.3'),
  });
  const log = record(socket, ['connectionAttempt'], show);
  const error = await closed(socket);
  assert.deepStrictEqual(log, [`connectionAttempt:127.0.0.1,${port},4`,
    `connectionAttempt:::1,${port},6`, `connectionAttempt:127.0.0.2,${port},4`,
    `connectionAttempt:127.0.0.3,${port},4`]);
  assert.strictEqual(error.errors.length, 4);
  assert.deepStrictEqual(error.errors.map((one) => one.address),
    ['127.0.0.1', '::1', '127.0.0.2', '127.0.0.3']);
  assert.strictEqual(error.message, '');
  assert.strictEqual(error.code, error.errors[0].code);
  assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses,
    [`127.0.0.1:${port}`, `::1:${port}`, `127.0.0.2:${port}`, `127.0.0.3:${port}`]);
  await release();
});

test('every event of a second attempt that works', async () => {
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const socket = net.connect({
    port, host: 'test', autoSelectFamily: true, lookup: answer('127.0.0.2', '127.0.0.1'),
  });
  socket.resume();
  const log = record(socket, kEvents, show);
  await once(socket, 'close');
  assert.deepStrictEqual(log, ['lookup:127.0.0.2,4,test', 'lookup:127.0.0.1,4,test',
    `connectionAttempt:127.0.0.2,${port},4`,
    `connectionAttemptFailed:127.0.0.2,${port},4,ECONNREFUSED`,
    `connectionAttempt:127.0.0.1,${port},4`, 'connect', 'ready', 'close']);
  await close(server);
});

test('one address is an ordinary connection', async () => {
  const { port, release } = await heldPort();
  const socket = net.connect({
    port, host: 'test', autoSelectFamily: true, lookup: answer('127.0.0.1'),
  });
  const error = await closed(socket);
  assert.strictEqual(error.message, `connect ECONNREFUSED 127.0.0.1:${port}`);
  assert.strictEqual(socket.autoSelectFamilyAttemptedAddresses, undefined);
  await release();
});

test('without choosing, the first is tried alone', async () => {
  const { port, release } = await heldPort();
  for (const extra of [{ autoSelectFamily: false }, { family: 4 }, { localAddress: '127.0.0.1' }]) {
    const socket = net.connect(
      { port, host: 'test', lookup: answer('127.0.0.1', '::1'), ...extra });
    const error = await closed(socket);
    assert.strictEqual(error.code, 'ECONNREFUSED', JSON.stringify(extra));
    assert.strictEqual(error.errors, undefined);
  }
  await release();
});

test('the default can be turned off', async () => {
  const { port, release } = await heldPort();
  const before = net.getDefaultAutoSelectFamily();
  net.setDefaultAutoSelectFamily(false);
  const asked = [];
  const socket = net.connect({
    port, host: 'test', lookup: (host, options, callback) => {
      asked.push(options.all);
      callback(null, '127.0.0.1', 4);
    },
  });
  net.setDefaultAutoSelectFamily(before);
  assert.strictEqual((await closed(socket)).code, 'ECONNREFUSED');
  assert.deepStrictEqual(asked, [undefined]);
  await release();
});

test('the same address is tried once, strange ones not at all', async () => {
  const { port, release } = await heldPort();
  const socket = net.connect({
    port, host: 'test', autoSelectFamily: true, lookup: (host, options, callback) =>
      setImmediate(callback, null, [{ address: '127.0.0.1', family: 4 },
        { address: 'x', family: 4 }, { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 5 }, { address: '127.0.0.3', family: 4 }]),
  });
  const log = record(socket, ['connectionAttempt'], show);
  await closed(socket);
  assert.deepStrictEqual(log, [`connectionAttempt:127.0.0.1,${port},4`,
    `connectionAttempt:127.0.0.3,${port},4`]);
  await release();
});

test('destroyed between attempts', async () => {
  const { port, release } = await heldPort();
  const socket = net.connect({
    port, host: 'test', autoSelectFamily: true, lookup: answer('127.0.0.1', '127.0.0.2'),
  });
  let attempts = 0;
  socket.on('connectionAttempt', () => { attempts += 1; });
  socket.on('connectionAttemptFailed', () => socket.destroy());
  socket.on('error', never('error'));
  socket.on('connect', never('connect'));
  await once(socket, 'close');
  assert.strictEqual(attempts, 1);
  await release();
});

test('options.family as a name, hints, and what lookup gets', async () => {
  const dns = require('dns');
  const server = net.createServer((socket) => socket.end());
  const port = await listen(server);
  const seen = [];
  const lookup = (host, options, callback) => {
    seen.push({ ...options });
    answer('127.0.0.1')(host, options, callback);
  };
  for (const extra of [{ family: 'IPv4' }, { family: 0 }, { hints: dns.V4MAPPED }, {}]) {
    const socket = net.connect({ port, host: 'test', lookup, ...extra });
    socket.resume();
    await once(socket, 'close');
  }
  assert.deepStrictEqual(seen, [
    { family: 4, hints: 0 }, { family: 0, hints: dns.ADDRCONFIG, all: true },
    { family: undefined, hints: dns.V4MAPPED, all: true },
    { family: undefined, hints: dns.ADDRCONFIG, all: true }]);
  await close(server);
});

test('written before the second attempt', async () => {
  let got = '';
  const server = net.createServer((socket) => {
    socket.setEncoding('utf8').on('data', (data) => { got += data; });
  });
  const port = await listen(server);
  const socket = net.connect({
    port, host: 'test', autoSelectFamily: true, lookup: answer('127.0.0.2', '127.0.0.1'),
  });
  socket.setNoDelay(true);
  socket.setTimeout(3000);
  socket.write('kept');
  socket.on('connect', () => socket.end());
  await once(socket, 'close');
  assert.strictEqual(got, 'kept');
  await close(server);
});
