// The stream side of net.Socket: Node's Duplex methods and properties over the C++ stream.
//
// What reaches the core is checked here and in Node's words. 'data' and 'readable' listeners live
// in the JavaScript EventEmitter; the core is only told that they came or went.
'use strict';

const EventEmitter = require('events');
const { Duplex } = require('stream');
const { isUint8Array } = require('util').types;
const { binding, GET, kNumber, parts } = require('./binding');
const errors = require('./errors');
const validate = require('./validate');
const state = require('./state');

const { kHeld, kTold, kToldBits } = state;

const native = binding.socket;
// Called by their own names, which V8 makes a direct call of.
const { get, set, listening, writeBytes, writeText, cork, uncork } = native;
const kData = binding.EVENTS.indexOf('data');
const kReadable = binding.EVENTS.indexOf('readable');
const kViews = Symbol('views');
const kDefaultEncoding = Symbol('defaultEncoding');
const kHeldBack = Symbol('heldBack');
const kChunk = 'of type string or an instance of Buffer, TypedArray, or DataView';

const ee = EventEmitter.prototype;

// Text stays text; any view becomes the bytes it shows.
function toChunk(chunk) {
  if (typeof chunk === 'string' || isUint8Array(chunk)) return chunk;
  if (chunk === null) throw errors.nullValues();
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  throw errors.invalidArgType('chunk', kChunk, chunk);
}

const toEncoding = (name) => (!name || name === 'buffer' ? undefined : validate.encoding(name));

// Halves of surrogate pairs do not come through UTF-8, which is how text crosses. In other encodings
// they are something else than U+FFFD, and a pair may be cut between two writes.
const isCut = (text, encoding) =>
  encoding !== undefined && encoding !== 'utf8' && !text.isWellFormed();

// Text as bytes: newer Nodes know no such encoding; older ones refuse it where it would go to the
// handle, and elsewhere it fails as every write does.
const kBufferOfText = parseInt(process.versions.node, 10) < 24;
function refuseText(socket) {
  if (!kBufferOfText) throw errors.unknownEncoding('buffer');
  if (socket.writable && get(socket[kNumber], GET.hasHandle)) throw errors.notABuffer();
}

const methods = {
  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    try {
      if (typeof chunk !== 'string' && !isUint8Array(chunk)) {
        if (chunk === null) throw errors.nullValues();
        toEncoding(encoding);
        chunk = toChunk(chunk);
      } else if (encoding) {
        if (encoding === 'buffer' && typeof chunk === 'string') refuseText(this);
        encoding = toEncoding(encoding);
      }
    } catch (error) {
      // Once the peer's end has ended this side too, Node does not look at what is written.
      if (!get(this[kNumber], GET.endedByPeer)) throw error;
      chunk = '';
      encoding = undefined;
    }
    if (typeof chunk === 'string' && (encoding ||= this[kDefaultEncoding]) &&
        isCut(chunk, encoding)) {
      chunk = Buffer.from(chunk, encoding);
    }
    // As few arguments as there are: each costs.
    if (typeof chunk !== 'string') {
      return typeof callback === 'function' ? writeBytes(this[kNumber], chunk, callback) :
        writeBytes(this[kNumber], chunk);
    }
    if (typeof callback === 'function') {
      return writeText(this[kNumber], chunk, encoding, callback);
    }
    return encoding ? writeText(this[kNumber], chunk, encoding) :
      writeText(this[kNumber], chunk);
  },

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') {
      callback = chunk;
      chunk = encoding = undefined;
    } else if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    if (chunk == null) {
      chunk = encoding = undefined;
    } else {
      if (encoding === 'buffer' && typeof chunk === 'string') refuseText(this);
      encoding = toEncoding(encoding) || this[kDefaultEncoding];
      chunk = toChunk(chunk);
      if (typeof chunk === 'string' && isCut(chunk, encoding)) chunk = Buffer.from(chunk, encoding);
    }
    native.end.call(this, chunk, encoding,
      typeof callback === 'function' ? callback : undefined);
    return this;
  },

  cork() { cork(this[kNumber]); },
  uncork() { uncork(this[kNumber]); },

  setDefaultEncoding(encoding) {
    this[kDefaultEncoding] = validate.encoding(encoding);
    native.setDefaultEncoding.call(this, this[kDefaultEncoding]);
    return this;
  },

  setEncoding(encoding) {
    native.setEncoding.call(this, encoding ? validate.encoding(encoding) : 'utf8');
    return this;
  },

  read(size) {
    if (size !== undefined && !Number.isInteger(size)) {
      size = Number.parseInt(size, 10);
      if (Number.isNaN(size)) size = undefined;
    }
    return native.read.call(this, size);
  },

  // Put back, too, null is the end.
  unshift(chunk, encoding) {
    return give(this, chunk === null ? native.push : native.unshift, chunk, encoding);
  },

  pause() {
    native.pause.call(this);
    return this;
  },
  resume() {
    native.resume.call(this);
    return this;
  },
  isPaused() { return get(this[kNumber], GET.isPaused); },

  destroy(error, callback) {
    const before = get(this[kNumber], GET.destroyed);
    // Programs borrow it for Node's own sockets.
    if (before === undefined) return Duplex.prototype.destroy.call(this, error, callback);
    native.destroy.call(this, error);
    if (this[kHeld] !== undefined) parts.letGo(this);
    if (typeof callback === 'function') {
      if (before) callback();
      else callback(error || null);
    }
    return this;
  },

  // Within the core if both ends are sockets nobody has changed and nobody else listens; else
  // Node's own pipe, on top of write(), 'data' and the views of the state.
  pipe(destination, options) {
    if (isPlain(destination) && isPlain(this) && listensAlone(this)) {
      native.pipe.call(this, destination, !options || options.end !== false);
      return destination;
    }
    Duplex.prototype.pipe.call(this, destination, options);
    tellOfPipes(this);
    return destination;
  },
  unpipe(destination) {
    if (destination === undefined || destination instanceof Duplex) {
      native.unpipe.call(this, destination);
    }
    Duplex.prototype.unpipe.call(this, destination);
    tellOfPipes(this);
    return this;
  },

  on(event, listener) {
    ee.on.call(this, event, listener);
    if (event === 'data' || event === 'readable') tell(this, event, 1);
    if (event === 'data' && listener.name === 'ondata' && isWrapped(listener)) leaveEnd(this);
    return this;
  },
  prependListener(event, listener) {
    ee.prependListener.call(this, event, listener);
    if (event === 'data' || event === 'readable') tell(this, event, 2);
    return this;
  },
  removeListener(event, listener) {
    ee.removeListener.call(this, event, listener);
    if (event === 'data' || event === 'readable') tell(this, event, -1);
    return this;
  },
  removeAllListeners(event) {
    ee.removeAllListeners.apply(this, arguments);
    if (event === 'data' || event === undefined) tell(this, 'data', -2);
    if (event === 'readable' || event === undefined) tell(this, 'readable', -2);
    return this;
  },
};
methods.addListener = methods.on;
methods.off = methods.removeListener;

// tls and http2 take a socket that is not Node's own through Node's JSStreamSocket; its listener is
// known by its name, by being an arrow function, and by who adds it.
function isWrapped(listener) {
  return listener.prototype === undefined &&
    /node:internal\/js_stream_socket/.test(new Error().stack);
}

// From there on the TLS connection says when to end: at the other's FIN there may be much to
// write yet. `allowHalfOpen` shows what it was, for TLSSocket takes it over. It also writes before
// the program has called connect(): that is held back until then.
function leaveEnd(socket) {
  if (socket.pending && !socket.connecting) {
    socket.cork();
    socket[kHeldBack] = true;
  }
  const allowed = socket.allowHalfOpen;
  socket.allowHalfOpen = true;
  Object.defineProperty(socket, 'allowHalfOpen',
    { value: allowed, writable: true, configurable: true, enumerable: true });
}

// The core is told what changed: 1 one came, 2 one was put in front, -1 one went, -2 all went. An
// emit() of the program's own wants 'data' without listeners too.
function tell(socket, event, change) {
  const present = change > 0 || socket.listenerCount(event) > 0;
  const bit = kToldBits[event];
  if (present) socket[kTold] |= bit;
  else socket[kTold] &= ~bit;
  if (event === 'data') {
    listening.call(socket, kData, present || socket.emit !== ee.emit, change);
  } else {
    listening.call(socket, kReadable, present, change);
  }
}

// push() and unshift(): what is no chunk destroys the stream, as in Node.
function give(socket, method, chunk, encoding) {
  if (chunk === null) return method.call(socket, null, undefined);
  if (typeof chunk === 'string') {
    // As Buffer.from() takes it.
    if (encoding === 'buffer') throw errors.unknownEncoding(encoding);
    encoding = typeof encoding === 'string' ? toEncoding(encoding) : undefined;
    return isCut(chunk, encoding) ? method.call(socket, Buffer.from(chunk, encoding), undefined) :
      method.call(socket, chunk, encoding);
  }
  if (chunk === undefined) return method.call(socket, '', undefined);
  if (!ArrayBuffer.isView(chunk)) {
    socket.destroy(errors.invalidArgType('chunk', kChunk, chunk));
    return false;
  }
  return method.call(socket, toChunk(chunk), undefined);
}

// The core stops a socket whose last pipe is undone, unless it has others here.
function tellOfPipes(socket) {
  const made = socket[kViews];
  if (made !== undefined) {
    native.setPipedElsewhere.call(socket, made.readable.pipes.length > 0);
  }
}

// A program's own is called for what arrives (socket.js).
function push(chunk, encoding) { return give(this, native.push, chunk, encoding); }

// Nobody but the socket itself hears 'end', and nothing takes its data.
function listensAlone(socket) {
  const made = socket[kViews];
  return socket.listenerCount('data') === 0 && socket.listenerCount('readable') === 0 &&
    socket.listenerCount('end') <= 1 && (made === undefined || made.readable.pipes.length === 0);
}

// Is it one of our sockets, with every method the one it was made with? Set by install().
let isPlain;

function asked(name) {
  const id = GET[name];
  return function() { return get(this[kNumber], id); };
}
const read = [
  'destroyed', 'closed', 'errored', 'readable', 'readableEnded', 'readableAborted',
  'readableDidRead', 'readableFlowing', 'readableLength', 'readableHighWaterMark',
  'readableEncoding', 'writable', 'writableEnded', 'writableFinished', 'writableAborted',
  'writableNeedDrain', 'writableLength', 'writableHighWaterMark', 'writableCorked',
  'allowHalfOpen',
];

// The deprecated setters of Node's streams.
const written = {
  readableFlowing(value) { set.call(this, GET.readableFlowing, value); },
  readable(value) {
    this[state.kReadableOff] = !!value;
    set.call(this, GET.readable, !!value);
  },
  writable(value) {
    this[state.kWritableOff] = !!value;
    set.call(this, GET.writable, !!value);
  },
  allowHalfOpen(value) { native.setAllowHalfOpen.call(this, Boolean(value)); },
  destroyed() {},
};

function accessor(prototype, name, getter, setter) {
  Object.defineProperty(prototype, name,
    { get: getter, set: setter, configurable: true, enumerable: false });
}

// Those that Node's Socket overrides, and so shows.
const kOwnOfNode = new Set(['end', 'pause', 'read', 'resume']);

// Puts it all on the prototype of Socket.
function install(Socket) {
  const { prototype } = Socket;
  prototype[kNumber] = 0;  // no socket
  prototype[kDefaultEncoding] = undefined;
  prototype[kTold] = 0;
  prototype[kHeldBack] = false;
  for (const [name, method] of Object.entries(methods)) {
    Object.defineProperty(prototype, name,
      { value: method, writable: true, configurable: true, enumerable: kOwnOfNode.has(name) });
  }
  const watched = Object.keys(methods).concat('emit', 'once', 'push', '_read', '_write', '_writev',
    '_final', '_destroy').map((name) => [name, prototype[name]]);
  isPlain = (socket) => socket instanceof Socket &&
    watched.every(([name, method]) => socket[name] === method);
  for (const name of read) {
    if (!(name in Duplex.prototype) && name !== 'allowHalfOpen') continue;  // not in this Node
    accessor(prototype, name, asked(name), written[name]);
  }
  accessor(prototype, 'readableObjectMode', () => false);
  accessor(prototype, 'writableObjectMode', () => false);
  accessor(prototype, 'readableBuffer', function() {
    return (GET.readableBuffer !== undefined && get(this[kNumber], GET.readableBuffer)) || [];
  });
  accessor(prototype, 'writableBuffer', function() {
    return (GET.writableBuffer !== undefined && get(this[kNumber], GET.writableBuffer)) || [];
  });
  // Made when Node's stream functions first ask.
  accessor(prototype, '_readableState', function() { return views(this)?.readable; }, () => {});
  accessor(prototype, '_writableState', function() { return views(this)?.writable; }, () => {});
}

function views(socket) {
  let made = socket[kViews];
  if (made === undefined) {
    if (get(socket[kNumber], GET.destroyed) === undefined) return undefined;  // no socket behind it
    made = { readable: state.readableView(socket), writable: state.writableView(socket) };
    Object.defineProperty(socket, kViews, { value: made });
  }
  return made;
}

// Once, when a socket was made.
function begin(socket) {
  if (socket.emit !== ee.emit) listening.call(socket, kData, true, 0);
}

// And when it connects.
function connecting(socket) {
  if (!socket[kHeldBack]) return;
  socket[kHeldBack] = false;
  socket.uncork();
}

module.exports = { install, begin, connecting, push, toEncoding };
