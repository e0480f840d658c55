// net.Socket: an ordinary function constructor, callable without `new`, whose state is all in the
// C++ Socket that init() ties to the object.
//
// Its stream side is in duplex.js. Here: construction, connecting, what belongs to a connection,
// and the hooks (_write, _destroy, ...) that subclasses override.
'use strict';

const EventEmitter = require('events');
const diagnostics = require('diagnostics_channel');
const { constants } = require('os');
const { Duplex, addAbortSignal } = require('stream');
const { inspect } = require('util');
const { binding, followMark, GET, kNumber, parts } = require('./binding');
const { connectOptions } = require('./connect');
const duplex = require('./duplex');
const errors = require('./errors');
const foreign = require('./foreign');
const { makeHandle } = require('./handle');
const { nativeOptions, refuseObjects } = require('./socket_options');
const { kHeld, kReadableOff, kWritableOff, presetEvents } = require('./state');
const validate = require('./validate');

const native = binding.socket;
const { get } = native;
const kHandle = Symbol('handle');
const kAborted = Symbol('aborted');
const kPath = Symbol('path');
const kGone = Symbol('gone');
// What was last set, as Node remembers it: nothing is set twice.
const kNoDelay = Symbol('noDelay');
const kKeepAlive = Symbol('keepAlive');  // seconds, or -1 for off
const kOverrides = Symbol('overrides');
const clientChannel = diagnostics.channel('net.client.socket');

// Node's streams have this listener from the start, and programs count listeners.
function onReadableStreamEnd() {}

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
    if (to.noDelay) this[kNoDelay] = true;
    if (to.keepAlive) this[kKeepAlive] = to.keepAliveInitialDelay / 1000;
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
  followMark();
  const overrides = overridden(socket);
  socket[kNumber] = native.init.call(socket, overrides === 0 ? to : { ...to, overrides });
  if (overrides !== 0) socket[kOverrides] = overrides;
  duplex.begin(socket);
  if (options != null) {
    if (options.encoding) socket.setEncoding(options.encoding);
    if (options.defaultEncoding) socket.setDefaultEncoding(options.defaultEncoding);
    if (options.signal) {
      addAbortSignal(options.signal, socket);
      if (options.signal.aborted) socket[kAborted] = true;
    }
    if (options.handle) takeHandle(socket, options.handle);
  }
  return socket;
}

// A handle of the program's own making is shown and told of options; it carries no data.
function takeHandle(socket, handle) {
  Object.defineProperty(socket, kHandle, { value: { kind: 0, handle }, configurable: true });
  handle.readStart?.();
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
// Just before 'connect': where a program has put its own methods on the handle, they are called as
// Node would.
parts.connected = (socket) => {
  const made = socket[kHandle];
  if (made === undefined) return;
  const { handle } = made;
  if (socket[kNoDelay] && Object.hasOwn(handle, 'setNoDelay')) handle.setNoDelay?.(true);
  if (socket[kKeepAlive] >= 0 && Object.hasOwn(handle, 'setKeepAlive')) {
    handle.setKeepAlive?.(true, socket[kKeepAlive]);
  }
};

// A socket whose handle a program has closed or taken away: writes fail.
function goneWith(socket, error) {
  const gone = { error };
  Object.defineProperty(socket, kGone, { value: gone, configurable: true });
  socket.write = function write(chunk, encoding, callback) {
    const done = [encoding, callback].find((argument) => typeof argument === 'function');
    if (done !== undefined) process.nextTick(done, gone.error);
    socket.destroy(gone.error);
    return false;
  };
}

// By socket._handle.close(): there is time for one more write, which fails as on a closed descriptor.
parts.handleClosed = (socket) => {
  goneWith(socket, errors.callFailed('write', -constants.errno.EBADF));
  setImmediate(() => socket.destroy());
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
  push: [32, duplex.push],
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
    enumerable: name !== 'push',
    get() { return own; },
    set(method) {
      Object.defineProperty(this, name,
        { value: method, writable: true, configurable: true, enumerable: true });
      // Before there is a socket behind it, construct() finds them.
      if (this[kNumber] === 0) return;
      this[kOverrides] |= bit;
      native.setOverrides(this[kNumber], this[kOverrides]);
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

const hold = () => {};
parts.letGo = (socket) => {
  clearTimeout(socket[kHeld]);
  socket[kHeld] = undefined;
};
const letGo = (socket) => { if (socket[kHeld] !== undefined) parts.letGo(socket); };

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
    // The signal was given before: 'error' and 'close' are on their way, and nothing is tried.
    if (this[kAborted]) return this;
    if (to.path !== undefined) this[kPath] = true;
    else if (this[kPath] !== undefined) this[kPath] = false;
    if (to.host !== undefined && !binding.isIP(to.host)) this._host = to.host;
    native.connect.call(this, to);
    letGo(this);
    duplex.connecting(this);
    return this;
  },

  setTimeout(msecs, callback) {
    if (get(this[kNumber], GET.destroyed)) return this;
    this.timeout = msecs;
    msecs = validate.duration(msecs, 'msecs');
    native.setTimeout.call(this, msecs);
    // A connection is held by the loop; without one only its timer can hold a socket.
    letGo(this);
    if (msecs > 0 && !get(this[kNumber], GET.hasHandle)) {
      this[kHeld] = setTimeout(hold, msecs + 100, this).unref();
    }
    if (callback !== undefined) {
      validate.func(callback, 'callback');
      if (msecs === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    return this;
  },
  // The idle time begins anew.
  _unrefTimer() {
    if (this.timeout > 0 && !get(this[kNumber], GET.destroyed)) {
      native.setTimeout.call(this, Math.min(this.timeout, 2 ** 31 - 1));
    }
  },
  _onTimeout() { this.emit('timeout'); },

  setNoDelay(enable) {
    enable = enable === undefined || Boolean(enable);
    const made = this[kHandle];
    if (made === undefined) native.setNoDelay.call(this, enable);
    else if (enable !== this[kNoDelay]) made.handle.setNoDelay?.(enable);
    this[kNoDelay] = enable;
    return this;
  },
  // Also in the newest form, as one bag; probes go out every `interval` ms, `count` times.
  setKeepAlive(enable, initialDelay, interval, count) {
    if (isKeepAliveBag(enable)) ({ enable = false, initialDelay, interval, count } = enable);
    enable = Boolean(enable);
    const seconds = ~~(initialDelay / 1000);
    const made = this[kHandle];
    if (made === undefined || interval !== undefined || count !== undefined) {
      native.setKeepAlive.call(this, enable, seconds * 1000, interval, count);
    } else if (this[kKeepAlive] !== (enable ? seconds : -1)) {
      made.handle.setKeepAlive?.(enable, seconds);
    }
    this[kKeepAlive] = enable ? seconds : -1;
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
  const id = GET[name];
  property(name, function() { return get(this[kNumber], id); }, { set() {} });
}
for (const name of ['bytesRead', 'bytesWritten', 'remoteAddress', 'remoteFamily', 'remotePort',
  'localAddress', 'localPort', 'localFamily']) {
  const id = GET[name];
  property(name, function() { return get(this[kNumber], id); }, { enumerable: true });
}
property('_connecting', function() { return this.connecting; });
property('_bytesDispatched', function() {
  return get(this[kNumber], GET.bytesDispatched);
}, { enumerable: true });
property('resetAndClosing', function() { return get(this[kNumber], GET.resetAndClosing); },
  { set() {} });
property('autoSelectFamilyAttemptedAddresses', function() {
  const tried = native.attempted.call(this);
  return tried && tried.length > 0 ? tried : undefined;
}, {
  // In Node it is a property of the socket's own.
  set(value) {
    Object.defineProperty(this, 'autoSelectFamilyAttemptedAddresses',
      { value, writable: true, enumerable: true, configurable: true });
  },
});
property('_handle', function() {
  if (this[kHandle]?.kind === 0) return this[kHandle].handle;
  if (!get(this[kNumber], GET.hasHandle)) return null;
  const tcp = this.connecting ? !this[kPath] : get(this[kNumber], GET.localFamily) !== undefined;
  const kind = tcp ? 1 : 2;
  const made = this[kHandle];
  if (made !== undefined && made.kind === kind) return made.handle;
  const handle = makeHandle(kind, this, native);
  Object.defineProperty(this, kHandle, { value: { kind, handle }, configurable: true });
  return handle;
}, {
  set(handle) {
    if (handle !== null) return;
    if (this[kGone] !== undefined) this[kGone].error = errors.socketClosed();
    else if (get(this[kNumber], GET.hasHandle)) goneWith(this, errors.socketClosed());
  },
});

// Where Node's sockets have properties of their own, these are what they start with.
Object.assign(Socket.prototype, {
  server: null, _server: null, _hadError: false, _parent: null, _host: null,
  _closeAfterHandlingError: false, _pendingData: null, _pendingEncoding: '',
});
Socket.prototype[kNoDelay] = false;
Socket.prototype[kKeepAlive] = -1;

// As Node's own sockets look in console.log(): their fields, without the machinery.
Object.defineProperty(Socket.prototype, inspect.custom, {
  configurable: true,
  writable: true,
  value(depth, options) {
    if (get(this[kNumber], GET.destroyed) === undefined || depth < 0) {
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

module.exports = { Socket, connect, kNoDelay, kKeepAlive };
