// Reading a socket step by step: async iteration, operators, events.on, readline.
'use strict';

const { assert, test, pair, finish } = require('./support');
const events = require('events');
const readline = require('readline');

test('for await', async () => {
  const [server, client, accepted] = await pair();
  for (let i = 0; i < 10; i++) setTimeout(() => client.write(`${i}`), i);
  setTimeout(() => client.end(), 20);
  let all = '';
  for await (const chunk of accepted) all += chunk;
  assert.strictEqual(all, '0123456789');
  assert.strictEqual(accepted.destroyed, true);
  await finish(server, client);
});

test('leaving a for await destroys', async () => {
  const [server, client, accepted] = await pair();
  client.write('x');
  for await (const chunk of accepted) {
    assert.strictEqual(String(chunk), 'x');
    break;
  }
  assert.strictEqual(accepted.destroyed, true);
  await finish(server, client);
});

test('for await throws what destroyed the socket', async () => {
  const [server, client, accepted] = await pair();
  setTimeout(() => accepted.destroy(new Error('mine')), 10);
  await assert.rejects(async () => {
    for await (const chunk of accepted) void chunk;
  }, { message: 'mine' });
  await finish(server, client);
});

test('iterator() that does not destroy', async () => {
  const [server, client, accepted] = await pair();
  client.write('x');
  for await (const chunk of accepted.iterator({ destroyOnReturn: false })) {
    assert.strictEqual(String(chunk), 'x');
    break;
  }
  assert.strictEqual(accepted.destroyed, false);
  await finish(server, client, accepted);
});

test('operators', async () => {
  const [server, client, accepted] = await pair();
  client.end('abc');
  const out = await accepted.map((chunk) => String(chunk).toUpperCase()).toArray();
  assert.strictEqual(out.join(''), 'ABC');
  await finish(server, client, accepted);
});

test('events.once and events.on', async () => {
  const [server, client, accepted] = await pair();
  setImmediate(() => client.end('x'));
  const seen = [];
  for await (const [data] of events.on(accepted, 'data', { close: ['end'] })) {
    seen.push(String(data));
    accepted.emit('end');
  }
  assert.deepStrictEqual(seen, ['x']);
  await finish(server, client, accepted);
});

test('readline over a socket', async () => {
  const [server, client, accepted] = await pair();
  client.end('one\ntwo\r\nthree');
  const lines = [];
  for await (const line of readline.createInterface({ input: accepted })) lines.push(line);
  assert.deepStrictEqual(lines, ['one', 'two', 'three']);
  await finish(server, client, accepted);
});
