'use strict';
// What every scenario shares: the trace and a few shorthands.
//
// A scenario is a program that runs on Node ("node <name>.js") and has a C++ twin that makes the same calls; both print
// a trace and the traces must be equal. <name>.trace is what Node printed; tools/scenario_traces.sh writes and checks it.
//
// Format: one line per event, return value or property, in UTF-8. The first word names the object ("client", "server",
// "tcp.peer"), the rest says what happened:
//     client connect                    an event without arguments
//     client data 5 hello               an event with what it carries; data: bytes, then the text (left out past 80 bytes)
//     client write -> true              a call and what it returned
//     client error code=ECONNREFUSED syscall=connect address=127.0.0.1 port=<port> message=connect ...
//     net connect threw RangeError code=ERR_SOCKET_BAD_PORT message=...
//     client at end readyState=open     properties, read at a named moment
// An error prints those of code, syscall, address, port and message that it has.
//
// The lines are printed at exit, grouped by object in byte order of the names; within one object the order is that of
// time. The order between objects is not part of a trace: it is libuv's (1.45 and later accept one connection per turn,
// earlier ones loop), not ours. Ports that were shown to hidePort() print as <port>, paths of tempPath() as <path>. A
// port is replaced wherever its number stands alone: scenarios print no other number from 32768 to 65535.
//
// Nothing here depends on time: timers only separate steps that are far apart.

const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');

const lines = [];       // [object, text]
const ports = new Set();
const paths = [];
let folder = null;  // of the paths

function trace(object, ...words) {
  lines.push([object, words.map(String).join(' ')]);
}

function masked(text) {
  for (const p of paths) text = text.split(p).join('<path>');
  return text.replace(/(?<![\w.])\d{4,5}(?!\w|\.\d)/g, (n) => (ports.has(Number(n)) ? '<port>' : n));
}

process.on('exit', () => {
  if (folder !== null) fs.rmSync(folder, { recursive: true, force: true });
  const objects = [...new Set(lines.map((l) => l[0]))].sort();
  let out = '';
  for (const o of objects) for (const [object, text] of lines) if (object === o) out += masked(`${o} ${text}`) + '\n';
  fs.writeSync(1, out);
});

// A scenario that hangs fails instead of standing still.
setTimeout(() => {
  trace('process', 'hangs');
  process.exit(1);
}, 5000).unref();

function hidePort(port) {
  ports.add(port);
  return port;
}

// A path for a Unix socket; removed at exit.
function tempPath() {
  folder ??= fs.mkdtempSync(path.join(os.tmpdir(), 'uvnet-'));
  const p = path.join(folder, `${paths.length}.sock`);
  paths.push(p);
  return p;
}

function fields(err) {
  let text = '';
  for (const f of ['code', 'syscall', 'address', 'port', 'message']) if (err[f] !== undefined) text += ` ${f}=${err[f]}`;
  return text.trim();
}

function chunkText(chunk) {
  const length = Buffer.byteLength(chunk);
  return length > 80 ? `${length}` : `${length} ${chunk}`.trim();
}

// Traces the events named in `names` (separated by spaces). 'data' and 'readable' change how a socket behaves: name them
// only where that is meant.
function watch(object, emitter, names) {
  for (const name of names.split(' ')) {
    emitter.on(name, (...args) => {
      if (name === 'data') trace(object, 'data', chunkText(args[0]));
      else if (name === 'error') trace(object, 'error', fields(args[0]));
      else if (name === 'close' && emitter instanceof net.Socket) trace(object, 'close', args[0]);
      else if (name === 'lookup') trace(object, 'lookup', args[0] ? fields(args[0]) : 'null', args[1], args[2], args[3]);
      else if (name === 'connectionAttempt') trace(object, 'connectionAttempt', args[0], args[1], args[2]);
      else if (name === 'connectionAttemptFailed') {
        trace(object, 'connectionAttemptFailed', args[0], args[1], args[2], args[3].code);
      } else trace(object, name);
    });
  }
}

// Reads everything and traces the sum at 'end': how bytes are cut into chunks is the kernel's business.
function gather(object, socket) {
  let text = '';
  socket.on('data', (chunk) => { text += chunk; });
  socket.on('end', () => trace(object, 'received', chunkText(text)));
}

// A callback that traces itself and the error it was given, if any.
function told(object, what) {
  return (err) => trace(object, what, ...(err ? [fields(err)] : []));
}

// Calls f and traces that it returned, or the error it threw.
function attempt(object, what, f) {
  try {
    f();
    trace(object, what, 'returned');
  } catch (err) {
    trace(object, what, 'threw', err.name, fields(err));
  }
}

function state(object, at, s) {
  trace(object, 'at', at, `readyState=${s.readyState} connecting=${s.connecting} pending=${s.pending} destroyed=${s.destroyed}`);
}

function sides(object, at, s) {
  trace(object, 'at', at, `readable=${s.readable} readableEnded=${s.readableEnded} writable=${s.writable}`,
        `writableEnded=${s.writableEnded} writableFinished=${s.writableFinished}`);
}

function flow(object, at, s) {
  trace(object, 'at', at, `readableFlowing=${s.readableFlowing} isPaused=${s.isPaused()} readableLength=${s.readableLength}`);
}

function counters(object, at, s) {
  trace(object, 'at', at, `bytesRead=${s.bytesRead} bytesWritten=${s.bytesWritten} bufferSize=${s.bufferSize}`,
        `writableLength=${s.writableLength} writableNeedDrain=${s.writableNeedDrain}`);
}

// A transport names its objects ("tcp.client"), listens, and says where to connect to.
class Transport {
  constructor(kind) {
    this.kind = kind;
    this.path = kind === 'unix' ? tempPath() : undefined;
  }
  object(name) { return `${this.kind}.${name}`; }
  listen(server, f) {
    if (this.kind === 'unix') return server.listen(this.path, f);
    return server.listen(0, '127.0.0.1', () => {
      hidePort(server.address().port);
      if (f) f();
    });
  }
  target(server, options) {
    if (this.kind === 'unix') return { path: this.path, ...options };
    return { port: server.address().port, host: '127.0.0.1', ...options };
  }
}

// Runs a scenario over TCP and over a Unix socket, side by side.
function both(f) {
  f(new Transport('tcp'));
  f(new Transport('unix'));
}

// Closes the server when it has its n-th connection. (Earlier would reset what the kernel accepted and we did not.)
function closeAfter(server, n) {
  server.on('connection', () => { if (--n === 0) server.close(); });
}

// A port where nobody listens, and which no other process is given before this one ends: the local end of a connection
// that was bound to it.
function refusedPort(f) {
  const server = net.createServer((peer) => peer.unref()).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const holder = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1' }, () => {
      holder.unref();
      server.unref();
      f(hidePort(holder.localPort));
    });
  });
}

// Not before so many milliseconds have passed, and the loop has turned since: on a busy machine, too, where steps that are
// far apart are due at once, all that one set off has happened before the next. All of a scenario happens in one process
// on loopback, so a few turns, not time, bring everything where it is going.
const kTurns = 20;  // more than any step of a scenario needs
const due = [];
function after(ms, f) {
  const at = performance.now() + ms;
  setTimeout(() => {
    due.push({ at, f });
    due.sort((a, b) => a.at - b.at);
    if (due.length === 1) setImmediate(turn, kTurns);
  }, ms);
}
function turn(left) {
  if (left > 0) return setImmediate(turn, left - 1);
  const { f } = due.shift();
  if (due.length > 0) setImmediate(turn, kTurns);
  return f();
}

// When `is()` says so: for what has no event.
const until = (is, f) => (is() ? f() : after(1, () => until(is, f)));

const tick = (f) => process.nextTick(f);

// Throws an Error that onUncaught() books under `object`.
function raise(object, text) {
  throw new Error(`${object}: ${text}`);
}

// Exceptions that listeners throw, and 'error' events nobody listens to, end here instead of ending the process.
function onUncaught() {
  process.on('uncaughtException', (err) => {
    const [, object, text] = /^([\w.]+): (.*)$/.exec(err.message) || [];
    if (object) trace(object, 'uncaught', text);
    else trace('process', 'uncaught', fields(err));
  });
}

module.exports = {
  trace, hidePort, tempPath, fields, chunkText, watch, gather, told, attempt, state, sides, flow, counters,
  Transport, both, closeAfter, refusedPort, after, until, tick, raise, onUncaught,
};
