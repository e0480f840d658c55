// A hundred workers start, use net and are terminated in the middle of it; nothing is left of them.
'use strict';

const { assert, test } = require('./support');
const fs = require('fs');
const { Worker } = require('worker_threads');

const kWorkers = 100;
const program = `
  const net = require('net');
  const { parentPort } = require('worker_threads');
  const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1', () => client.write('hello'));
    client.once('data', () => {
      parentPort.postMessage('used');
      // Goes on until it is terminated.
      client.on('data', (chunk) => client.write(chunk));
      client.write('x'.repeat(100));
    });
  });
`;

const sockets = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch {
    return false;
  }
}).length;

// As many at a time as a test may last on a busy machine.
for (let row = 1; row <= 10; row++) {
  test(`workers are terminated while they use net, row ${row}`, async () => {
    const before = sockets();
    for (let i = 0; i < kWorkers / 10; i++) {
      const worker = new Worker(program, { eval: true });
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      assert.strictEqual(await worker.terminate(), 1);
    }
    assert.strictEqual(sockets(), before);
  });
}
