// What Node's own stream functions (pipe, finished, pipeline, async iteration) read as
// `_readableState` and `_writableState`, as a view: each field asks the C++ stream.
//
// The views inherit from Node's own state classes, for `instanceof stream.Writable`. Newer Nodes
// keep most flags as bits of one number behind a private symbol; which bit is which is found out
// once by asking a real state. Fields a pipe keeps for itself (pipes, awaitDrainWriters) are plain.
'use strict';

const { Duplex, Readable, Writable } = require('stream');
const { binding, GET, kNumber } = require('./binding');

const get = binding.socket.get;
const set = binding.socket.set;
const kSocket = Symbol('socket');
const kTold = Symbol('told');
const kHeld = Symbol('held');
const kReadableOff = Symbol('readableOff');
const kWritableOff = Symbol('writableOff');

function asked(name) {
  const id = GET[name];
  return function() { return get(this[kSocket][kNumber], id); };
}
const always = (value) => () => value;
const side = (off) => function() { return this[kSocket][off]; };

// Whether the core knows of listeners of `event` (duplex.js keeps it, as bits). Set when one came
// or went by Node's own Readable.prototype.on() and removeListener(): it is told as by ours.
const kToldBits = { data: 1, readable: 2 };
function listens(event) {
  const id = binding.EVENTS.indexOf(event);
  const bit = kToldBits[event];
  return [
    function() { return (this[kSocket][kTold] & bit) !== 0; },
    function(present) {
      const socket = this[kSocket];
      if (present === ((socket[kTold] & bit) !== 0)) return;
      socket[kTold] ^= bit;
      binding.socket.listening.call(socket, id, present, present ? 1 : -1);
    },
  ];
}

const readableFields = {
  objectMode: always(false),
  ended: asked('readableSourceEnded'),
  endEmitted: asked('readableEnded'),
  reading: always(true),
  constructed: always(true),
  sync: always(false),
  needReadable: always(false),
  emittedReadable: always(true),
  readableListening: listens('readable'),
  dataListening: listens('data'),
  resumeScheduled: always(false),
  errorEmitted: asked('errorEmitted'),
  emitClose: always(false),
  autoDestroy: always(true),
  destroyed: asked('destroyed'),
  closed: asked('closed'),
  closeEmitted: asked('closeEmitted'),
  readingMore: always(false),
  dataEmitted: asked('readableDidRead'),
  errored: asked('errored'),
  defaultEncoding: always('utf8'),
  decoder: asked('readableEncoding'),
  encoding: asked('readableEncoding'),
  flowing: [
    asked('readableFlowing'),
    function(value) { set.call(this[kSocket], GET.readableFlowing, value); },
  ],
  paused: asked('isPaused'),
  highWaterMark: asked('readableHighWaterMark'),
  length: asked('readableLength'),
  buffer: function() { return this[kSocket].readableBuffer; },
  bufferIndex: always(0),
  readable: [
    side(kReadableOff),
    function(value) { this[kSocket].readable = value; },
  ],
};

const writableFields = {
  objectMode: always(false),
  finalCalled: asked('writableEnded'),
  needDrain: asked('owesDrain'),
  ending: asked('writableEnded'),
  ended: asked('writableEnded'),
  finished: asked('writableFinished'),
  destroyed: asked('destroyed'),
  decodeStrings: always(false),
  writing: function() { return get(this[kSocket][kNumber], GET.writableLength) > 0; },
  sync: always(false),
  bufferProcessing: always(false),
  constructed: always(true),
  prefinished: asked('writableFinished'),
  errorEmitted: asked('errorEmitted'),
  emitClose: always(false),
  autoDestroy: always(true),
  errored: asked('errored'),
  closed: asked('closed'),
  closeEmitted: asked('closeEmitted'),
  allBuffers: always(false),
  allNoop: always(false),
  writable: [
    side(kWritableOff),
    function(value) { this[kSocket].writable = value; },
  ],
  defaultEncoding: always('utf8'),
  buffered: function() { return this[kSocket].writableBuffer; },
  bufferedRequestCount: function() { return this[kSocket].writableBuffer.length; },
  length: asked('writableLength'),
  highWaterMark: asked('writableHighWaterMark'),
  corked: asked('writableCorked'),
  writelen: always(0),
  bufferedIndex: always(0),
  pendingcb: function() {
    return get(this[kSocket][kNumber], GET.pendingWrites);
  },
};

// The bits of Node's number of flags, name by name; empty where it has none.
function findBits(state, symbol, names) {
  const bits = new Map();
  for (const name of names) {
    if (typeof state[name] !== 'boolean') continue;
    const before = state[symbol];
    state[name] = !state[name];
    const bit = before ^ state[symbol];
    state[symbol] = before;
    if (bit !== 0) bits.set(name, bit);
  }
  return bits;
}

const flagsSymbol = (state) => Object.getOwnPropertySymbols(state)
  .find((symbol) => symbol.description === 'kState' && typeof state[symbol] === 'number');

function makeView(base, fields) {
  const prototype = Object.create(base);
  for (const [name, field] of Object.entries(fields)) {
    const [read, write = () => {}] = [].concat(field);
    Object.defineProperty(prototype, name,
      { get: read, set: write, configurable: true, enumerable: true });
  }
  return prototype;
}

// Makes the number of flags itself a view: composed when read, taken apart when written.
function addFlags(prototype, symbol, bits, flowing) {
  Object.defineProperty(prototype, symbol, {
    configurable: true,
    get() {
      let flags = 0;
      for (const [name, bit] of bits) if (this[name]) flags |= bit;
      if (flowing !== undefined) {
        const now = this.flowing;
        if (now !== null) flags |= now ? flowing.yes : flowing.no;
      }
      return flags;
    },
    set(flags) {
      const changed = flags ^ this[symbol];
      if (changed === 0) return;
      for (const [name, bit] of bits) if (changed & bit) this[name] = (flags & bit) !== 0;
      if (flowing !== undefined && (changed & flowing.yes)) {
        const now = flags & flowing.yes;
        const value = now === 0 ? null : now === flowing.yes;
        if (value !== this.flowing) this.flowing = value;
      }
    },
  });
}

const readablePrototype = makeView(Readable.ReadableState.prototype, readableFields);
const writablePrototype = makeView(Writable.WritableState.prototype, writableFields);
writablePrototype.getBuffer = function getBuffer() { return this.buffered; };

const probe = new Duplex({ read() {} });
const readableSymbol = flagsSymbol(probe._readableState);
if (readableSymbol !== undefined) {
  const state = probe._readableState;
  const names = Object.keys(readableFields).concat('multiAwaitDrain');
  const bits = findBits(state, readableSymbol, names.filter((name) => name !== 'flowing'));
  const fresh = state[readableSymbol];
  state.flowing = true;
  const yes = fresh ^ state[readableSymbol];
  state.flowing = false;
  const flowing = { yes, no: fresh ^ state[readableSymbol] };
  state[readableSymbol] = fresh;
  // Listening for 'data' has a bit without a name: the one that goes away with the listener.
  const listener = () => {};
  probe.on('data', listener);
  const listening = state[readableSymbol];
  probe.off('data', listener);
  if (listening !== state[readableSymbol]) {
    bits.set('dataListening', listening ^ state[readableSymbol]);
  }
  addFlags(readablePrototype, readableSymbol, bits, flowing);
}
const writableSymbol = flagsSymbol(probe._writableState);
if (writableSymbol !== undefined) {
  const bits = findBits(probe._writableState, writableSymbol,
    Object.keys(writableFields).filter((name) => name !== 'writable'));
  addFlags(writablePrototype, writableSymbol, bits);
}

function readableView(socket) {
  const view = Object.create(readablePrototype);
  Object.defineProperty(view, kSocket, { value: socket });
  view.pipes = [];
  view.awaitDrainWriters = null;
  view.multiAwaitDrain = false;
  return view;
}

function writableView(socket) {
  const view = Object.create(writablePrototype);
  Object.defineProperty(view, kSocket, { value: socket });
  return view;
}

// What the views of one socket must not share with its prototype: `multiAwaitDrain` is a flag of
// Node's prototype too, so it is shadowed before it is assigned.
Object.defineProperty(readablePrototype, 'multiAwaitDrain',
  { value: false, writable: true, configurable: true });
Object.defineProperty(readablePrototype, 'pipesCount',
  { get() { return this.pipes.length; }, configurable: true });

module.exports = {
  kHeld, kTold, kToldBits, kReadableOff, kWritableOff, readableView, writableView,
  // Does this Node give a new stream the names of the common events?
  presetEvents: Object.hasOwn(probe._events, 'close'),
};
