// net.Socket: an ordinary function constructor, callable without `new`, whose state is all in the
// C++ Socket that init() ties to the object.
//
// Its stream side is in duplex.js. Here: construction, connecting, what belongs to a connection,
// and the hooks (_write, _destroy, ...) that subclasses override.
'use strict';

const EventEmitter = require('events');
const diagnostics = require('diagnostics_channel');
const { Duplex, addAbortSignal } = require('stream');
const { inspect } = require('util');
const { blockListOption } = require('./addresses');
const { binding, GET, parts } = require('./binding');
const { connectOptions } = require('./connect');
const duplex = require('./duplex');
const errors = require('./errors');
const foreign = require('./foreign');
const { makeHandle } = require('./handle');
const { kReadableOff, kWritableOff, presetEvents } = require('./state');
const validate = require('./validate');

const native = binding.socket;
const { get } = native;
const kHandle = Symbol('handle');
const kPath = Symbol('path');
const kOnRead = Symbol('onread');
const kOverrides = Symbol('overrides');
const clientChannel = diagnostics.channel('net.client.socket');
const serverChannel = diagnostics.channel('net.server.socket');

// Node's streams have this listener from the start, and programs count listeners.
function onReadableStreamEnd() {}

// --- Options -------------------------------------------------------------------------------------

function refuseObjects(options) {
  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
    if (options[name]) {
      throw errors.invalidArgValue(`options.${name}`, options[name], 'is not supported');
    }
  }
}

function mark(options, name) {
  const value = options.highWaterMark ?? options[name];
  if (value == null) return undefined;
  if (!Number.isInteger(value) || value < 0) throw errors.invalidArgValue(`options.${name}`, value);
  return value;
}

// The functions stay with the socket, and the core gets ones that only know it weakly: it holds
// what it is given for as long as the socket lives, and theirs usually know the socket.
function readOnRead(onread, socket) {
  if (onread === null || typeof onread !== 'object' || typeof onread.callback !== 'function') {
    return undefined;
  }
  const isFunction = typeof onread.buffer === 'function';
  if (!isFunction && !(onread.buffer instanceof Uint8Array)) return undefined;
  socket[kOnRead] = { buffer: isFunction ? onread.buffer : null, callback: onread.callback };
  const self = new WeakRef(socket);
  return {
    buffer: isFunction ? () => self.deref()[kOnRead].buffer() : onread.buffer,
    callback(nread, view) {
      const alive = self.deref();
      return alive[kOnRead].callback.call(alive, nread, view);
    },
  };
}

// Everything the core is told when a socket is made.
function nativeOptions(options, socket) {
  const to = {
    allowHalfOpen: Boolean(options.allowHalfOpen),
    readable: options.readable !== false,
    writable: options.writable !== false,
    noDelay: Boolean(options.noDelay),
    keepAlive: Boolean(options.keepAlive),
    keepAliveInitialDelay: ~~(options.keepAliveInitialDelay / 1000) * 1000,
  };
  const readableMark = mark(options, 'readableHighWaterMark');
  const writableMark = mark(options, 'writableHighWaterMark');
  if (options.highWaterMark != null) to.highWaterMark = readableMark;
  if (readableMark !== undefined) to.readableHighWaterMark = readableMark;
  if (writableMark !== undefined) to.writableHighWaterMark = writableMark;
  if (options.fd !== undefined) {
    validate.int32(options.fd, 'fd', 0);
    to.fd = options.fd;
  }
  if (options.pauseOnCreate) to.pauseOnCreate = true;
  if (options.manualStart) to.manualStart = true;
  if (options.onread !== undefined) to.onread = readOnRead(options.onread, socket);
  if (options.blockList !== undefined) to.blockList = blockListOption(options.blockList);
  if (options.typeOfService !== undefined) {
    to.typeOfService = validate.byte(options.typeOfService, 'options.typeOfService');
  }
  return to;
}

// --- Construction --------------------------------------------------------------------------------

const plain = nativeOptions({});

function Socket(options) {
  if (!Socket.prototype.isPrototypeOf(this)) return new Socket(options);
  if (options instanceof Accepted) return construct(this, options.options, undefined);
  let to = plain;
  if (options != null && typeof options === 'object') {
    refuseObjects(options);
    if (options.keepAliveInitialDelay !== undefined) {
      validate.number(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
      if (options.keepAliveInitialDelay < 0) options.keepAliveInitialDelay = 0;
    }
    if (options.encoding) duplex.toEncoding(options.encoding);
    if (options.defaultEncoding) duplex.toEncoding(options.defaultEncoding);
    to = nativeOptions(options, this);
    if (to.readable === false) this[kReadableOff] = false;
    if (to.writable === false) this[kWritableOff] = false;
    takeHooks(this, options);
  } else if (typeof options === 'number') {
    to = nativeOptions({ fd: options });
    options = undefined;
  }
  return construct(this, to, options);
}

function construct(socket, to, options) {
  if (presetEvents) {
    socket._events = {
      close: undefined, error: undefined, prefinish: undefined, finish: undefined,
      drain: undefined, data: undefined, end: onReadableStreamEnd, readable: undefined,
    };
    socket._eventsCount = 1;
    EventEmitter.call(socket, options);
  } else {
    EventEmitter.call(socket, options);
    EventEmitter.prototype.on.call(socket, 'end', onReadableStreamEnd);
  }
  const overrides = overridden(socket);
  native.init.call(socket, overrides === 0 ? to : { ...to, overrides });
  if (overrides !== 0) socket[kOverrides] = overrides;
  duplex.begin(socket);
  if (options != null) {
    if (options.encoding) socket.setEncoding(options.encoding);
    if (options.defaultEncoding) socket.setDefaultEncoding(options.defaultEncoding);
    if (options.signal) addAbortSignal(options.signal, socket);
  }
  return socket;
}

Object.setPrototypeOf(Socket.prototype, Duplex.prototype);
Object.setPrototypeOf(Socket, Duplex);

// http, tls and child processes have sockets of Node's own; a program that asks whether they are
// net.Sockets means those too.
foreign.accept(Socket, ['_getpeername', '_writeGeneric', 'connect']);

// A connection that a server accepted: its options come from the core as they are.
class Accepted {
  constructor(options) { this.options = options; }
}

parts.accept = (options) => new Socket(new Accepted(options));
parts.accepted = (server, socket) => {
  socket.server = server;
  socket._server = server;
  const heard = server.emit('connection', socket);
  if (serverChannel.hasSubscribers) serverChannel.publish({ socket });
  return heard;
};

// --- What subclasses override --------------------------------------------------------------------

// The core's own doing of each hook, and the bit that tells the core to ask JavaScript instead.
const hooks = {
  _read: [1, function _read(size) { native.baseRead?.call(this, size); }],
  _write: [2, function _write(chunk, encoding, done) {
    native.baseWrite.call(this, chunk, duplex.toEncoding(encoding), done);
  }],
  _writev: [4, function _writev(chunks, done) { native.baseWritev.call(this, chunks, done); }],
  _final: [8, function _final(done) { native.baseFinal.call(this, done); }],
  _destroy: [16, function _destroy(error, done) { native.baseDestroy.call(this, error, done); }],
};

function overridden(socket) {
  let bits = 0;
  for (const name in hooks) if (socket[name] !== hooks[name][1]) bits |= hooks[name][0];
  return bits;
}

// Also seen when assigned to a socket that exists already, as `socket._write = ...`.
for (const [name, [bit, own]] of Object.entries(hooks)) {
  Object.defineProperty(Socket.prototype, name, {
    configurable: true,
    enumerable: true,
    get() { return own; },
    set(method) {
      Object.defineProperty(this, name,
        { value: method, writable: true, configurable: true, enumerable: true });
      if (native.setOverrides === undefined || get.call(this, GET.destroyed) === undefined) return;
      this[kOverrides] |= bit;
      native.setOverrides.call(this, this[kOverrides]);
    },
  });
}

// `new Socket({ read() {}, ... })`, as every stream takes them.
function takeHooks(socket, options) {
  for (const name of ['read', 'write', 'writev', 'final', 'destroy']) {
    if (typeof options[name] === 'function') socket[`_${name}`] = options[name];
  }
}

duplex.install(Socket);

// --- Connecting ----------------------------------------------------------------------------------

// Any other object is just true, as in the Nodes without that form.
const isKeepAliveBag = (value) => typeof value === 'object' && value !== null &&
  ['enable', 'initialDelay', 'interval', 'count'].some((name) => name in value);

const methods = {
  connect(...args) {
    const [options, callback] = Array.isArray(args[0]) && args[0][validate.kNormalized] ?
      args[0] : validate.normalizeArgs(args);
    if (callback !== null) this.once('connect', callback);
    if (this._parent && this._parent.connecting) return this;
    if (options.port === undefined && options.path == null) throw errors.missingArgs();
    // As Node does: a patched write() does not outlive a connection.
    if (this.write !== Socket.prototype.write) this.write = Socket.prototype.write;
    const to = connectOptions(options);
    if (to.path !== undefined) this[kPath] = true;
    else if (this[kPath] !== undefined) this[kPath] = false;
    if (to.host !== undefined && !binding.isIP(to.host)) this._host = to.host;
    native.connect.call(this, to);
    duplex.connecting(this);
    return this;
  },

  setTimeout(msecs, callback) {
    if (get.call(this, GET.destroyed)) return this;
    this.timeout = msecs;
    msecs = validate.duration(msecs, 'msecs');
    native.setTimeout.call(this, msecs);
    if (callback !== undefined) {
      validate.func(callback, 'callback');
      if (msecs === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    return this;
  },
  // The idle time begins anew.
  _unrefTimer() {
    if (this.timeout > 0 && !get.call(this, GET.destroyed)) {
      native.setTimeout.call(this, Math.min(this.timeout, 2 ** 31 - 1));
    }
  },
  _onTimeout() { this.emit('timeout'); },

  setNoDelay(enable) {
    native.setNoDelay.call(this, enable === undefined ? true : Boolean(enable));
    return this;
  },
  // Also in the newest form, as one bag; probes go out every `interval` ms, `count` times.
  setKeepAlive(enable, initialDelay, interval, count) {
    if (isKeepAliveBag(enable)) ({ enable = false, initialDelay, interval, count } = enable);
    native.setKeepAlive.call(this, Boolean(enable), ~~(initialDelay / 1000) * 1000,
      interval, count);
    return this;
  },
  setTypeOfService(tos) {
    native.setTypeOfService.call(this, validate.byte(tos, 'tos'));
    return this;
  },
  getTypeOfService() { return native.getTypeOfService.call(this); },
  address() { return native.address.call(this); },
  ref() {
    native.ref.call(this);
    return this;
  },
  unref() {
    native.unref.call(this);
    return this;
  },
  resetAndDestroy() {
    native.resetAndDestroy.call(this);
    return this;
  },
  _reset() { return this.resetAndDestroy(); },
  destroySoon() { native.destroySoon.call(this); },
  _getsockname() { return native.address.call(this); },
  _getpeername() {
    const address = this.remoteAddress;
    return address === undefined ? {} :
      { address, family: this.remoteFamily, port: this.remotePort };
  },
};
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Socket.prototype, name,
    { value, writable: true, configurable: true, enumerable: true });
}

// --- Properties ----------------------------------------------------------------------------------

function property(name, getter, options) {
  Object.defineProperty(Socket.prototype, name, { get: getter, configurable: true, ...options });
}
for (const name of ['connecting', 'pending', 'readyState', 'bufferSize']) {
  property(name, function() { return get.call(this, GET[name]); }, { set() {} });
}
for (const name of ['bytesRead', 'bytesWritten', 'remoteAddress', 'remoteFamily', 'remotePort',
  'localAddress', 'localPort', 'localFamily']) {
  property(name, function() { return get.call(this, GET[name]); }, { enumerable: true });
}
property('_connecting', function() { return this.connecting; });
property('_bytesDispatched', function() {
  return get.call(this, GET.bytesWritten) - get.call(this, GET.writableLength);
}, { enumerable: true });
property('resetAndClosing', function() { return get.call(this, GET.resetAndClosing); },
  { set() {} });
property('autoSelectFamilyAttemptedAddresses', function() {
  const tried = native.attempted.call(this);
  return tried && tried.length > 0 ? tried : undefined;
});
property('_handle', function() {
  if (!get.call(this, GET.hasHandle)) return null;
  const tcp = this.connecting ? !this[kPath] : get.call(this, GET.localFamily) !== undefined;
  const kind = tcp ? 1 : 2;
  const made = this[kHandle];
  if (made !== undefined && made.kind === kind) return made.handle;
  const handle = makeHandle(kind, this, native);
  Object.defineProperty(this, kHandle, { value: { kind, handle }, configurable: true });
  return handle;
}, { set() {} });

// Where Node's sockets have properties of their own, these are what they start with.
Object.assign(Socket.prototype, {
  server: null, _server: null, _hadError: false, _parent: null, _host: null,
  _closeAfterHandlingError: false, _pendingData: null, _pendingEncoding: '',
});

// As Node's own sockets look in console.log(): their fields, without the machinery.
Object.defineProperty(Socket.prototype, inspect.custom, {
  configurable: true,
  writable: true,
  value(depth, options) {
    if (get.call(this, GET.destroyed) === undefined || depth < 0) {
      return depth < 0 ? options.stylize(`[${this.constructor.name}]`, 'special') : this;
    }
    const shown = Object.create(Object.getPrototypeOf(this));
    Object.defineProperty(shown, inspect.custom, { value: undefined });
    for (const name of ['connecting', '_hadError', '_parent', '_host', '_closeAfterHandlingError',
      '_readableState', '_writableState', 'allowHalfOpen', '_pendingData', '_pendingEncoding',
      'server', '_server', '_handle']) {
      Object.defineProperty(shown, name, { value: this[name], enumerable: true });
    }
    for (const name of Object.keys(this)) {
      Object.defineProperty(shown, name, { value: this[name], enumerable: true });
    }
    return inspect(shown, { ...options, depth });
  },
});

function connect(...args) {
  const normalized = validate.normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);
  if (clientChannel.hasSubscribers) clientChannel.publish({ socket });
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}

module.exports = { Socket, connect };
