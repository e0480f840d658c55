// The joint to the C++ core: loads the addon and gives it what it calls in JavaScript.
//
// Promises: every event of the core reaches target.emit() as it is at that moment, so a program
// that overrides or patches emit() sees them all. socket.js puts what it knows into `parts`, so
// that no file has to load another one in a circle.
'use strict';

const { AsyncLocalStorage } = require('async_hooks');
const { markAsUntransferable } = require('worker_threads');
const binding = require('./load');
const errors = require('./errors');

const { EVENTS, GET } = binding;
const FastBuffer = Buffer[Symbol.species];
// By which the core knows a socket, in calls that are made often.
const kNumber = Symbol('number');
const kConnect = EVENTS.indexOf('connect');
const kConnection = EVENTS.indexOf('connection');
const kDrop = EVENTS.indexOf('drop');

// Filled by the files that know how: accept(options) makes a socket, accepted(server, socket) tells
// of it.
const parts = {};

let dns;
let pool;

const hooks = {
  emit(target, id, a, b, c, d, e) {
    const name = EVENTS[id];
    switch (arguments.length) {
      case 2:
        if (id === kConnect) parts.connected(target);
        return target.emit(name);
      case 3:
        if (id === kConnection) return parts.accepted(target, a);
        return target.emit(name, id === kDrop ? Object.assign(Object.create(null), a) : a);
      case 4: return target.emit(name, a, b);
      case 5: return target.emit(name, a, b, c);
      case 6: return target.emit(name, a, b, c, d);
      default: return target.emit(name, a, b, c, d, e);
    }
  },
  // A small chunk: a part of the pool that nobody else uses.
  data(socket, offset, length) {
    socket.emit('data', new FastBuffer(pool, offset, length));
  },
  // A large one: a part of the memory that was read to.
  view(socket, slab, offset, length) {
    socket.emit('data', new FastBuffer(slab.buffer, slab.byteOffset + offset, length));
  },
  error: errors.fromFields,
  socket(options) { return parts.accept(options); },
  warning(name, message) { process.emitWarning(message, name); },
  tick() { process.nextTick(binding.runTicks); },
  // Memory that C++ writes to while views of it are about: it must not be given to another thread.
  // The pool for small chunks is the one made last.
  pool(size, isPool) {
    const memory = Buffer.allocUnsafeSlow(size);
    markAsUntransferable(memory.buffer);
    if (isPool) pool = memory.buffer;
    return memory;
  },
  // For listen(), called as this Node does. Looked up at that time: programs patch dns.lookup.
  lookup(hostname, { all }, callback) {
    if (dns === undefined) dns = require('dns');
    if (all) dns.lookup(hostname, { all }, callback);
    else dns.lookup(hostname, callback);
  },
  // A listener of the core's own, in its place among the program's.
  listen(target, id, listener) { target.once(EVENTS[id], listener); },
  unlisten(target, id, listener) { target.removeListener(EVENTS[id], listener); },
  arrived(socket, chunk) { return socket.push(chunk); },
  autoEnd(socket) { socket.end(); },
  autoDestroy(socket) { socket.destroy(); },
  doRead(socket, size) { socket._read(size); },
  doWrite(socket, chunk, encoding, done) { socket._write(chunk, encoding, done); },
  doWritev(socket, chunks, done) { socket._writev(chunks, done); },
  doFinal(socket, done) { socket._final(done); },
  doDestroy(socket, error, done) { socket._destroy(error, done); },
};

// Since Node 24 it keeps its stores in frames, which only JavaScript can capture; before, with the
// asynchronous resource that is current.
if (AsyncLocalStorage.prototype._enable === undefined) {
  hooks.snapshot = () => AsyncLocalStorage.snapshot();
}

binding.setup(hooks);

// Where Node's editions differ, the core follows the Node that hosts it. Its default mark can be
// changed by stream.setDefaultHighWaterMark() at any time: asked for with each socket.
const [major, minor] = process.versions.node.split('.').map(Number);
const stream = require('stream');
const fixedMark = new stream.Duplex().readableHighWaterMark;
const defaultMark = () => stream.getDefaultHighWaterMark?.(false) ?? fixedMark;

let mark;
function followMark() {
  const now = defaultMark();
  if (now !== mark) binding.settings({ highWaterMark: mark = now });
  return mark;
}

module.exports = { binding, GET, kNumber, parts, followMark, host: { major, minor } };
