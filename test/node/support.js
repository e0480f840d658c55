// What every program here uses: tests one after the other, each bounded, and a program that must
// come to its end by itself when they are done.
'use strict';

const assert = require('assert');
const events = require('events');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');

// Far above what any needs (a second), so that a machine with other work does not fail them.
const kLongest = 40000;
const tests = [];

function test(name, body) {
  if (tests.push([name, body]) === 1) setImmediate(runAll);
}

async function runAll() {
  const only = process.argv[2];
  for (const [name, body] of tests) {
    if (only && !name.includes(only)) continue;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('took too long')), kLongest);
    });
    try {
      await Promise.race([body(), late]);
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAIL ${name}\n${error?.stack ?? error}`);
      if (error?.message === 'took too long') process.exit(1);
    } finally {
      clearTimeout(timer);
    }
  }
  setTimeout(() => {
    console.log(`FAIL the program does not end: ${process.getActiveResourcesInfo()}`);
    process.exit(1);
  }, 20000).unref();
}

// A function that must be called exactly so often before the test that made it ends; await it.
function times(count, callback = () => {}) {
  let resolve;
  let called = 0;
  const done = new Promise((r) => { resolve = r; });
  function counted(...args) {
    called += 1;
    const result = Reflect.apply(callback, this, args);
    if (called === count) setImmediate(resolve);
    if (called > count) throw new Error(`called ${called} times instead of ${count}`);
    return result;
  }
  counted.done = done;
  counted.count = () => called;
  return counted;
}

function never(name = 'this') {
  return (...args) => { throw new Error(`${name} must not happen: ${args}`); };
}

async function listen(server, ...args) {
  server.listen(...(args.length > 0 ? args : [0, '127.0.0.1']));
  await events.once(server, 'listening');
  return server.address().port;
}

async function close(server) {
  const closed = events.once(server, 'close');
  server.close();
  await closed;
}

// A server, a client connected to it and the server's side of that: [server, client, accepted].
async function pair(serverOptions = {}, clientOptions = {}) {
  const server = net.createServer(serverOptions);
  const port = await listen(server);
  const accepted = events.once(server, 'connection');
  const client = net.connect({ port, host: '127.0.0.1', ...clientOptions });
  await events.once(client, 'connect');
  return [server, client, (await accepted)[0]];
}

// Resolves at 'close', though an 'error' may come before it; gives that error.
function closed(socket) {
  return new Promise((resolve) => {
    let failure = null;
    socket.on('error', (error) => { failure = error; });
    socket.on('close', () => resolve(failure));
  });
}

async function finish(server, ...sockets) {
  const all = sockets.filter((socket) => !socket.closed || socket._handle).map(closed);
  sockets.forEach((socket) => socket.destroy());
  void all;
  await close(server);
}

// A port where nobody listens, and which no other program is given before release(): the local end
// of a connection that was bound to it. One that a server has just let go of may be anybody's.
async function heldPort() {
  const [server, holder, accepted] = await pair({}, { localAddress: '127.0.0.1' });
  return { port: holder.localPort, release: () => finish(server, holder, accepted) };
}

async function text(socket) {
  let all = '';
  for await (const chunk of socket.setEncoding('utf8')) all += chunk;
  return all;
}

// The names of the events a socket emits, in order, with a few of their values.
function record(emitter, names, show = {}) {
  const log = [];
  for (const name of names) {
    emitter.on(name, (...args) => log.push(show[name] ? `${name}:${show[name](...args)}` : name));
  }
  return log;
}

function temporaryPath(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'uvnet-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, name);
}

const tick = () => new Promise((resolve) => process.nextTick(resolve));
const immediate = () => new Promise((resolve) => setImmediate(resolve));

module.exports = {
  assert, once: events.once, test, times, never, listen, close, pair, closed, finish, heldPort,
  text,
  record, temporaryPath, tick, immediate,
};
