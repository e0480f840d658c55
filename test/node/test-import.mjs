// Every way to import net gives the same, also after a program has patched it.
import assert from 'node:assert';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import vm from 'node:vm';
import net, { connect, Socket } from 'net';
import * as names from 'node:net';

const require = createRequire(import.meta.url);
const required = require('node:net');

assert.strictEqual(net, required);
assert.strictEqual(names.default, required);
assert.strictEqual((await import('net')).default, required);
assert.strictEqual(Socket, required.Socket);
assert.strictEqual(vm.runInNewContext('require("net")', { require }), required);
assert.strictEqual(process.getBuiltinModule?.('net') ?? required, required);
assert.deepStrictEqual(Object.keys(names).filter((name) => name !== 'default').sort(),
  Object.keys(required).sort());

const own = required.connect;
required.connect = () => 'patched';
assert.strictEqual(connect, own);
syncBuiltinESMExports();
assert.strictEqual(connect, required.connect);
assert.strictEqual(names.connect(), 'patched');
required.connect = own;
syncBuiltinESMExports();
assert.strictEqual(connect, own);

const worker = new Worker(`
  const net = require('net');
  import('net').then((names) => {
    require('worker_threads').parentPort.postMessage(names.default === net);
  });`, { eval: true });
assert.deepStrictEqual(await once(worker, 'message'), [true]);
