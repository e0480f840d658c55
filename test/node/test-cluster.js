// Servers in workers of Node's cluster: one address for all of them, in both ways of sharing it.
'use strict';

const { assert, once, test, temporaryPath, text } = require('./support');
const cluster = require('cluster');
const net = require('net');
const path = require('path');

// It can be chosen once in a process, before setupPrimary(): see test-cluster-shared.js.
const policies = { none: cluster.SCHED_NONE, deal: cluster.SCHED_RR };
cluster.schedulingPolicy = policies[process.env.TEST_POLICY ?? 'deal'];
cluster.setupPrimary({ exec: path.join(__dirname, 'cluster_worker.js') });

async function ask(worker, action, value) {
  worker.send({ action, value });
  const [answer] = await once(worker, 'message');
  return answer;
}

async function workers(count) {
  const made = Array.from({ length: count }, () => cluster.fork());
  await Promise.all(made.map((worker) => once(worker, 'online')));
  return made;
}

async function end(made) {
  const gone = made.map((worker) => once(worker, 'exit'));
  made.forEach((worker) => worker.disconnect());
  for (const [code] of await Promise.all(gone)) assert.strictEqual(code, 0);
}

const request = async (where) => text(net.connect(where));

for (const options of [{ port: 0 }, { port: 0, host: '127.0.0.1' }, { port: 0, host: 'localhost' }]) {
  test(`workers share a free port: ${JSON.stringify(options)}`, async () => {
    const made = await workers(2);
    const told = made.map((worker) => once(worker, 'listening'));
    const answers = [];
    for (const worker of made) answers.push((await ask(worker, 'listen', options)).address);
    assert.deepStrictEqual(answers[0], answers[1]);
    const { port } = answers[0];
    for (const [address] of await Promise.all(told)) assert.strictEqual(address.port, port);
    const seen = new Set();
    for (let i = 0; i < 8; i++) seen.add(await request({ port, host: '127.0.0.1' }));
    for (const name of seen) assert.match(name, /^worker \d+$/);
    assert(seen.size <= 2);
    if (cluster.schedulingPolicy === cluster.SCHED_RR) assert.strictEqual(seen.size, 2);
    await end(made);
    await assert.rejects(request({ port, host: '127.0.0.1' }), { code: 'ECONNREFUSED' });
  });
}

test('workers share a path', async () => {
  const file = temporaryPath('shared');
  const made = await workers(2);
  for (const worker of made) {
    assert.deepStrictEqual(await ask(worker, 'listen', { path: file }), { address: file });
  }
  assert.match(await request({ path: file }), /^worker \d+$/);
  await end(made);
});

test('exclusive is shared with nobody', async () => {
  const made = await workers(2);
  const { address } = await ask(made[0], 'listen', { port: 0, host: '127.0.0.1', exclusive: true });
  const answer = await ask(made[1], 'listen', { port: address.port, host: '127.0.0.1', exclusive: true });
  assert.strictEqual(answer.error, 'EADDRINUSE');
  assert.strictEqual(answer.syscall, 'listen');
  await ask(made[0], 'close');  // cluster knows nothing of it
  await end(made);
});

test('a port that somebody else has is refused by the primary', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const made = await workers(1);
  const answer = await ask(made[0], 'listen', { port: server.address().port, host: '127.0.0.1' });
  assert.deepStrictEqual(answer,
    { error: 'EADDRINUSE', syscall: 'bind', message: 'bind EADDRINUSE 127.0.0.1:PORT' });
  await end(made);
  server.close();
});

test('a worker that closed its server leaves the port to the others', async () => {
  const made = await workers(2);
  let port;
  for (const worker of made) {
    ({ address: { port } } = await ask(worker, 'listen', { port: 0, host: '127.0.0.1' }));
  }
  assert.deepStrictEqual(await ask(made[0], 'close'), { closed: 0 });
  for (let i = 0; i < 4; i++) {
    assert.strictEqual(await request({ port, host: '127.0.0.1' }), `worker ${made[1].id}`);
  }
  await end(made);
});

test('a worker that is out of descriptors loses the connection, not its life', async () => {
  const made = await workers(1);
  const { address } = await ask(made[0], 'listen', { port: 0, host: '127.0.0.1' });
  assert.strictEqual(await ask(made[0], 'takeDescriptors'), 'taken');
  // Node needs no second one.
  const answer = await request(address);
  assert(answer === '' || answer === `worker ${made[0].id}`, answer);
  assert.strictEqual(await ask(made[0], 'freeDescriptors'), 'free');
  assert.strictEqual(await request(address), `worker ${made[0].id}`);
  await end(made);
});

test('a worker whose servers and channel are unreferenced ends', async () => {
  const made = await workers(1);
  await ask(made[0], 'listen', { port: 0, host: '127.0.0.1' });
  made[0].send({ action: 'unref' });
  const [code] = await once(made[0], 'exit');
  assert.strictEqual(code, 0);
});
