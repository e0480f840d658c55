'use strict';
// Runs socket programs (socket_generator.js) in the `net` that this process has, one after the other, and prints
// {"seed", "trace"} of each as a line: `node socket_runner.js generate SEED COUNT`, `node socket_runner.js run FILE`.
//
// Nothing here goes by time: a program's next steps are done when nothing has happened for some turns of the loop.

const crypto = require('crypto');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const { PassThrough, finished } = require('stream');
const { generate } = require('./socket_generator');

const kQuiet = 8;         // turns of the loop without an event: nothing is under way
const kLongest = 1500;    // turns of the loop for one program
const kMostLines = 600;
const kWatched = ['connect', 'ready', 'end', 'prefinish', 'finish', 'drain', 'timeout', 'close', 'pipe', 'unpipe'];
const kState = [
  'readyState', 'connecting', 'pending', 'destroyed', 'closed', 'readable', 'readableEnded', 'readableFlowing',
  'readableLength', 'readableEncoding', 'readableDidRead', 'readableAborted', 'writable', 'writableEnded',
  'writableFinished', 'writableLength', 'writableNeedDrain', 'writableCorked', 'writableAborted', 'allowHalfOpen',
  'bytesRead', 'bytesWritten', 'timeout',
];

const kServerOps = new Set(['serverClose', 'serverRef', 'getConnections', 'serverAddress', 'maxConnections']);

const codeOf = (err) => (err == null ? 'none' : err.code ?? err.message ?? String(err));
// What is no chunk to Node, or an odd one.
const kBadChunks = {
  null: () => null, undefined: () => undefined, number: () => 5, boolean: () => true, object: () => ({}),
  array: () => ['a'], view: () => new DataView(new ArrayBuffer(3)), floats: () => new Float64Array(2),
  memory: () => new ArrayBuffer(3), empty: () => '',
};
const asBuffer = ([kind, what, encoding]) => (kind === 'b' ? Buffer.alloc(what, 'abcdefghij') : Buffer.from(what, encoding));

class Runner {
  constructor(program, done) {
    this.program = program;
    this.done = done;
    this.lines = new Map();   // peer -> lines
    this.total = 0;
    this.activity = 0;
    this.callbacks = 0;
    this.accepted = 0;
    this.peers = {};
    this.names = new Map();
    this.listeners = new Map();
  }

  // --- The trace -----------------------------------------------------------------------------------------------------

  say(name, line) {
    this.look();
    this.put(name, line);
  }
  put(name, line) {
    this.activity++;
    if (this.total++ >= kMostLines) return;
    if (!this.lines.has(name)) this.lines.set(name, []);
    this.lines.get(name).push(line);
  }
  look() {
    for (const [socket, peer] of this.names) {
      let line = '';
      for (const field of kState) {
        const now = socket[field];
        if (now !== peer.seen[field]) line += ` ${field}=${now}`;
        peer.seen[field] = now;
      }
      if (line !== '') this.put(peer.name, `:${line}`);
    }
  }
  // How bytes are cut is the kernel's business: chunks that follow each other are one.
  data(name, id, chunk) {
    const bytes = Buffer.from(chunk);
    const lines = this.lines.get(name);
    const last = lines?.at(-1);
    this.activity++;
    if (last !== undefined && last.id === id && last.text === (typeof chunk === 'string')) {
      last.bytes += bytes.length;
      last.hash.update(bytes);
      return;
    }
    this.put(name, { id, text: typeof chunk === 'string', bytes: bytes.length,
                     hash: crypto.createHash('md5').update(bytes) });
  }

  // --- The program ---------------------------------------------------------------------------------------------------

  start() {
    const { program } = this;
    this.server = net.createServer(program.server, (socket) => {
      this.peers.s = socket;
      this.adopt(socket, `s${this.accepted++}`);
      if (this.accepted === 1) this.steps(program.accepted);
    });
    this.server.on('close', () => this.say('server', 'close'));
    this.server.on('error', (err) => this.say('server', `error ${codeOf(err)}`));
    this.server.on('drop', () => this.say('server', 'drop'));
    const at = program.kind === 'unix' ? { path: path.join(os.tmpdir(), `uvnet-fuzz-${process.pid}.sock`) } :
      { port: 0, host: '127.0.0.1' };
    if (at.path !== undefined) fs.rmSync(at.path, { force: true });
    this.server.listen(at, () => {
      this.target = at.path !== undefined ? at : { port: this.server.address().port, host: at.host };
      this.peers.c = new net.Socket(program.client);
      this.adopt(this.peers.c, 'c');
      if (program.early?.length > 0) this.begin(program.early);
      this.say('c', 'connect()');
      this.peers.c.connect(this.target);
      this.begin(program.before);
      this.turns = [...program.turns];
      this.turn = 0;
      this.rest(kQuiet, kLongest);
    });
  }

  adopt(socket, name) {
    this.names.set(socket, { name, seen: {} });
    if (this.program.silent) return;
    for (const event of kWatched) {
      socket.on(event, (arg) => this.say(name, event === 'close' ? `close ${arg}` : event));
    }
    socket.on('error', (err) => this.say(name, `error ${codeOf(err)}`));
  }

  rest(quiet, left) {
    const before = this.activity;
    setImmediate(() => {
      if (left === 0) return this.finish();
      if (this.activity !== before) return this.rest(kQuiet, left - 1);
      if (quiet > 0) return this.rest(quiet - 1, left - 1);
      this.look();
      if (this.turns.length === 0) return this.finish();
      this.turn++;
      for (const name of this.lines.keys()) this.put(name, `-- ${this.turn}`);
      this.begin(this.turns.shift());
      return this.rest(kQuiet, left - 1);
    });
  }

  // The end: all that is left is destroyed, and must then be gone.
  finish() {
    for (const name of this.lines.keys()) this.put(name, `-- ${this.turn + 1}`);
    for (const socket of this.names.keys()) socket.on('error', () => {}).destroy();
    this.server.close();
    let turns = 0;
    const wait = () => {
      const open = [...this.names.keys()].filter((socket) => !socket.closed && socket._handle != null);
      if ((open.length > 0 || this.server.listening) && turns++ < 1000) return setImmediate(wait);
      if (turns++ < 1004) {
        turns = Math.max(turns, 1001);
        return setImmediate(wait);
      }
      this.look();
      for (const socket of this.names.keys()) socket.removeAllListeners();
      let trace = open.length > 0 ? ['sockets did not close'] : [];
      for (const name of [...this.lines.keys()].sort()) {
        trace = trace.concat(this.lines.get(name).map((line) => (typeof line === 'string' ? `${name} ${line}` :
          `${name} data ${line.id} ${line.bytes} ${line.text ? 'text ' : ''}${line.hash.digest('hex').slice(0, 8)}`)));
      }
      this.ended = true;
      return this.done(trace);
    };
    wait();
  }

  callback(name, what, steps) {
    if (steps == null) return undefined;
    const id = this.callbacks++;
    return (...args) => {
      this.say(name, `callback ${id} of ${what} ${codeOf(args[0])} ${args.slice(1)}`.trim());
      this.steps(steps);
    };
  }

  // A program's own turn: what it throws ends only that.
  begin(list) {
    try {
      this.steps(list);
    } catch (err) {
      this.say('process', `threw ${codeOf(err)}`);
    }
  }
  steps(list) {
    for (const step of list) this.step(step);
  }

  step([op, p, ...args]) {
    if (this.ended) return;
    if (op === 'tick') return process.nextTick(() => this.steps(p));
    if (op === 'microtask') return queueMicrotask(() => this.steps(p));
    if (op === 'immediate') return void setImmediate(() => this.steps(p));
    if (op === 'throw') throw new Error(p);
    if (kServerOps.has(op)) return this[op](p);
    const socket = this.peers[p];
    if (socket === undefined) return;
    const { name } = this.names.get(socket);
    this.say(name, `> ${op}`);
    let result;
    try {
      result = this.act(op, socket, name, args);
    } catch (err) {
      result = `threw ${codeOf(err)}`;
    }
    if (result === socket) result = 'itself';
    else if (typeof result === 'string' || result instanceof Uint8Array) result = `${typeof result} ${asText(result)}`;
    this.say(name, `< ${op} ${result}`);
  }

  act(op, socket, name, args) {
    switch (op) {
      case 'write': case 'end': {
        const callback = this.callback(name, op, args[1]);
        const [chunk] = args;
        if (chunk === null) return socket.end(callback);
        const data = chunk[0] === 'b' ? asBuffer(chunk) : chunk[0] === 'x' ? kBadChunks[chunk[1]]() : chunk[1];
        return callback === undefined ? socket[op](data, chunk[2]) : socket[op](data, chunk[2], callback);
      }
      case 'destroy': return args[0] === null ? socket.destroy() : socket.destroy(new Error(args[0]));
      case 'read': return args[0] === null ? socket.read() : socket.read(args[0]);
      case 'unshift': return socket.unshift(asBuffer(args[0]));
      case 'setTimeout':
        return args[1] ? socket.setTimeout(args[0], () => this.say(name, 'timed out')) : socket.setTimeout(args[0]);
      case 'allowHalfOpen': return (socket.allowHalfOpen = args[0]);
      case 'pipe': {
        const to = this.destination(socket, args[0]);
        if (to === undefined) return 'nothing there';
        socket.pipe(to, { end: args[1] });
        return 'piped';
      }
      case 'unpipe': return args[0] === null ? socket.unpipe() : socket.unpipe(this.destination(socket, args[0]));
      case 'on': return this.on(socket, name, ...args);
      case 'off': {
        const listener = this.listeners.get(args[1]);
        return listener === undefined ? 'none' : socket.off(args[0], listener);
      }
      case 'removeAll': return socket.removeAllListeners(args[0]);
      case 'finished': {
        const callback = this.callback(name, 'finished', []);
        finished(socket, { readable: args[0] !== 'writable', writable: args[0] !== 'readable' }, callback);
        return undefined;
      }
      case 'address': return Object.keys(socket.address()).sort().join();
      case 'connect': return socket.connecting || !socket.destroyed ? 'not now' : socket.connect(this.target);
      default: return socket[op](...args);
    }
  }

  destination(socket, to) {
    if (to !== 'j') return this.peers[to];
    const { name } = this.names.get(socket);
    const own = this.names.get(socket);
    if (own.sink === undefined) {
      own.sink = new PassThrough();
      own.sink.on('data', (chunk) => this.data(name, 'sink', chunk));
      own.sink.on('end', () => this.say(name, 'sink end'));
    }
    return own.sink;
  }

  on(socket, name, event, id, how, nth, countBytes, steps) {
    let count = 0;
    let fired = false;
    const listener = (arg) => {
      if (event === 'data') this.data(name, id, arg);
      else this.say(name, `${event} ${id}`);
      count += countBytes ? arg.length : 1;
      if (fired || (countBytes ? count < nth : count !== nth)) return;
      fired = true;
      this.steps(steps);
    };
    this.listeners.set(id, listener);
    return socket[['on', 'once', 'prependListener'][how]](event, listener);
  }

  serverClose() { this.server.close((err) => this.say('server', `closed ${codeOf(err)}`)); }
  serverRef(on) { this.say('server', `${on} ${this.server[on ? 'ref' : 'unref']() === this.server}`); }
  getConnections(steps) { this.server.getConnections(this.callback('server', 'getConnections', steps ?? [])); }
  serverAddress() { this.say('server', `address ${typeof this.server.address()} listening ${this.server.listening}`); }
  maxConnections(count) { this.server.maxConnections = count; }
}

function asText(value) {
  const text = Buffer.from(value);
  return `${text.length} ${crypto.createHash('md5').update(text).digest('hex').slice(0, 8)}`;
}

let current;
process.on('uncaughtException', (err) => {
  if (current === undefined) throw err;
  current.say('process', `uncaught ${codeOf(err)}`);
});

function* programs([verb, ...args]) {
  if (verb === 'run') {
    yield* JSON.parse(fs.readFileSync(args[0], 'utf8'));
    return;
  }
  const [seed, count] = args.map(Number);
  for (let i = 0; i < count; i++) yield generate(seed + i);
}

const all = programs(process.argv.slice(2));
function next() {
  const { done, value } = all.next();
  if (done) process.exit();
  current = new Runner(value, (trace) => {
    current = undefined;
    fs.writeSync(1, JSON.stringify({ seed: value.seed, trace }) + '\n');
    setImmediate(next);
  });
  current.start();
}
next();
