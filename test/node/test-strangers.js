// Native functions called on what they are not for: an error, never the end of the process.
'use strict';

const assert = require('assert');
const net = require('net');
const { test } = require('./support');
const { spawnSync } = require('child_process');
const path = require('path');

function isOurs() {
  // Only ours has its socket's number.
  return Object.getOwnPropertySymbols(new net.Socket()).some((s) => s.description === 'number');
}

const calls = {
  'Server.close on a socket': () => net.Server.prototype.close.call(new net.Socket()),
  'Server.ref on a socket': () => net.Server.prototype.ref.call(new net.Socket()),
  'Server.unref on a socket': () => net.Server.prototype.unref.call(new net.Socket()),
  'Server.address on a socket': () => net.Server.prototype.address.call(new net.Socket()),
  'Server.listen on a socket': () => net.Server.prototype.listen.call(new net.Socket(), 0),
  'Socket.connect on a server': () => net.Socket.prototype.connect.call(net.createServer(), 1),
  'Socket.ref on a server': () => net.Socket.prototype.ref.call(net.createServer()),
  'Socket.pause on a server': () => net.Socket.prototype.pause.call(net.createServer()),
  'Socket.write on a server': () => net.Socket.prototype.write.call(net.createServer(), 'x'),
  'Socket.destroy on a plain object': () => net.Socket.prototype.destroy.call({}),
  'Socket.write on a Proxy': () =>
    net.Socket.prototype.write.call(new Proxy(new net.Socket(), {}), 'x'),
  'BlockList.check on a socket': () =>
    net.BlockList.prototype.check.call(new net.Socket(), '1.2.3.4'),
};

for (const [name, call] of Object.entries(calls)) {
  test(name, () => {
    // Each in a process of its own: what it does to the socket is not looked at here.
    const { status, signal, stderr } = spawnSync(process.execPath, [...process.execArgv, '-e', `
      const net = require('net');
      process.on('uncaughtException', () => {});
      try { (${call})(); } catch {}
      setTimeout(() => process.exit(0), 20);
    `], { encoding: 'utf8' });
    assert.deepStrictEqual({ status, signal }, { status: 0, signal: null }, stderr);
  });
}

// A few thousand calls, the same in each run: every export and every function of it, on wrong objects
// and with wrong arguments.
function fuzz(seed, load) {
  const binding = require(load);
  const net = require('net');
  process.on('uncaughtException', () => {});
  let state = seed;
  const random = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * n);
  };
  const functions = [];
  for (const [name, value] of Object.entries(binding)) {
    if (name === 'setup') continue;  // given once, by ours
    if (typeof value === 'function') functions.push(value);
    if (typeof value === 'object' && !Array.isArray(value)) {
      functions.push(...Object.values(value).filter((f) => typeof f === 'function'));
    }
  }
  const make = [
    () => undefined, () => null, () => 0, () => -1, () => 4294967295, () => NaN, () => 1e300,
    () => 'text', () => '', () => '\0', () => true, () => 10n, () => Symbol('s'), () => ({}),
    () => [], () => [1, '2'], () => () => {}, () => Buffer.from('bytes'), () => new Uint8Array(0),
    () => new Uint16Array(3), () => new DataView(new ArrayBuffer(8)), () => new ArrayBuffer(4),
    () => new net.Socket(), () => net.createServer(), () => new net.BlockList(),
    () => new Proxy({}, { get() { throw new Error('no'); } }), () => Object.create(null),
    () => ({ fd: -1 }), () => ({ fd: 1e9 }), () => ({ port: 'x', path: 5, host: {} }),
    () => ({ get port() { throw new Error('no'); } }), () => binding, () => new Date(),
    () => Object.freeze({}), () => new Map(), () => Promise.resolve(),
  ];
  const any = () => make[random(make.length)]();
  for (let i = 0; i < 6000; i++) {
    const f = functions[random(functions.length)];
    const args = Array.from({ length: random(7) }, any);
    try {
      Reflect.apply(f, any(), args);
    } catch {
      // Refused.
    }
  }
  process.exit(0);
}

if (isOurs()) {
  for (const seed of [1, 2, 3]) {
    test(`every native function with wrong objects and arguments, seed ${seed}`, () => {
      const load = path.join(__dirname, '..', '..', 'lib', 'node', 'load.js');
      const { status, signal, stderr } = spawnSync(process.execPath,
        [...process.execArgv, '-e', `(${fuzz})(${seed}, ${JSON.stringify(load)})`],
        { encoding: 'utf8', timeout: 20000 });
      assert.deepStrictEqual({ status, signal }, { status: 0, signal: null }, stderr);
    });
  }
}
