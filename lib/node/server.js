// net.Server: an EventEmitter in front of the C++ Server that init() ties to it.
//
// The forms of listen() and their checks are here; binding, accepting, counting and closing are
// the core's.
'use strict';

const EventEmitter = require('events');
const diagnostics = require('diagnostics_channel');
const { promisify } = require('util');
const { blockListOption } = require('./addresses');
const { binding, followMark, host, parts } = require('./binding');
const { closeShared, dealt, listenInCluster, sharedAddress } = require('./cluster');
const errors = require('./errors');
const foreign = require('./foreign');
const { Handle, makeHandle } = require('./handle');
const { Socket, kNoDelay, kKeepAlive } = require('./socket');
const validate = require('./validate');

const native = binding.server;
const kHandle = Symbol('handle');
const kPort = Symbol('port');
const kMaxConnections = Symbol('maxConnections');
const kDropMaxConnection = Symbol('dropMaxConnection');
const serverChannel = diagnostics.channel('net.server.socket');
// Missing in the oldest Nodes we run in.
const listenChannel = diagnostics.tracingChannel?.('net.server.listen') ??
  { hasSubscribers: false };

function Server(options, connectionListener) {
  if (!Server.prototype.isPrototypeOf(this)) return new Server(options, connectionListener);
  EventEmitter.call(this);
  if (typeof options === 'function') {
    connectionListener = options;
    options = {};
  } else if (options == null || typeof options === 'object') {
    options = { ...options };
  } else {
    throw errors.invalidArgType('options', 'of type object', options);
  }
  if (typeof connectionListener === 'function') this.on('connection', connectionListener);
  if (options.keepAliveInitialDelay !== undefined) {
    validate.number(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
    if (options.keepAliveInitialDelay < 0) options.keepAliveInitialDelay = 0;
  }
  if (options.highWaterMark !== undefined) {
    validate.number(options.highWaterMark, 'options.highWaterMark');
    if (options.highWaterMark < 0) options.highWaterMark = undefined;
  }
  this._usingWorkers = false;
  this._workers = [];
  this._unref = false;
  this._listeningId = 1;
  this.allowHalfOpen = options.allowHalfOpen || false;
  this.pauseOnConnect = !!options.pauseOnConnect;
  this.noDelay = Boolean(options.noDelay);
  this.keepAlive = Boolean(options.keepAlive);
  this.keepAliveInitialDelay = ~~(options.keepAliveInitialDelay / 1000);
  const to = {
    allowHalfOpen: Boolean(this.allowHalfOpen),
    pauseOnConnect: this.pauseOnConnect,
    noDelay: this.noDelay,
    keepAlive: this.keepAlive,
    keepAliveInitialDelay: this.keepAliveInitialDelay * 1000,
  };
  this.highWaterMark = options.highWaterMark ?? followMark();
  to.highWaterMark = this.highWaterMark;
  if (options.blockList !== undefined) to.blockList = blockListOption(options.blockList);
  native.init.call(this, to);
}
Object.setPrototypeOf(Server.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Server, EventEmitter);
// http.createServer() makes one of Node's own.
foreign.accept(Server, ['_listen2', '_emitCloseIfDrained', 'getConnections']);
const isOurs = (value, type) => type.prototype.isPrototypeOf(value);

// --- listen() ------------------------------------------------------------------------------------

// Connections that were sent to other processes: those tell how many they have, and when they have
// none.
function awaitProcesses(server) {
  let left = server._workers.length;
  if (left === 0) return;
  native.addConnectionsElsewhere.call(server, 1);
  const closed = () => {
    if (--left === 0) native.addConnectionsElsewhere.call(server, -1);
  };
  for (const list of [...server._workers]) list.close(closed);
}

function askProcesses(server, callback) {
  let left = server._workers.length;
  let total = server._connections;
  const counted = (error, count) => {
    if (error) {
      left = -1;
      process.nextTick(callback, error);
      return;
    }
    total += count;
    if (--left === 0) process.nextTick(callback, null, total);
  };
  if (left === 0) process.nextTick(callback, null, total);
  for (const list of [...server._workers]) list.getConnections(counted);
}

// Of a handle whose getsockname() a program has replaced.
function askedAddress(handle) {
  const address = {};
  const status = handle.getsockname(address);
  if (status) throw errors.callFailed('address', status);
  return address;
}

function closeOnAbort(server, signal) {
  if (signal === undefined) return;
  validate.signal(signal, 'options.signal');
  const close = () => server.close();
  if (signal.aborted) {
    process.nextTick(close);
  } else {
    signal.addEventListener('abort', close, { once: true });
    server.once('close', () => signal.removeEventListener('abort', close));
  }
}

const positive = (value) => (Number(value) >= 0 ? Number(value) : false);

// (handle, backlog), (path, backlog), (port, backlog) or (port, host, backlog).
function backlogOf(args) {
  return (args.length > 1 && positive(args[1])) || (args.length > 2 && positive(args[2])) || 0;
}

// Which of the forms was meant, as options for the core; throws what Node throws.
function listenOptions(server, options, args) {
  const backlog = backlogOf(args);
  closeOnAbort(server, options.signal);
  if (typeof options.fd === 'number' && options.fd >= 0) return { fd: options.fd, backlog };
  if (args.length === 0 || typeof args[0] === 'function' ||
      (options.port === undefined && 'port' in options) || options.port === null) {
    options.port = 0;
  }
  const flags = { exclusive: !!options.exclusive };
  if (options.ipv6Only === true) flags.ipv6Only = true;
  if (options.reusePort === true) flags.reusePort = true;
  if (typeof options.port === 'number' || typeof options.port === 'string') {
    const port = validate.port(options.port, 'options.port');
    Object.defineProperty(server, kPort, { value: port, configurable: true });
    const to = { port, backlog: Number(options.backlog) || backlog, ...flags };
    if (options.host) {
      validate.string(options.host, 'hostname');
      to.host = options.host;
    } else {
      delete to.ipv6Only;  // only for an address that was named, in Node too
    }
    return to;
  }
  if (options.path && validate.isPipeName(options.path)) {
    const { path } = options;
    if (path[0] === '\0' && (options.readableAll || options.writableAll)) {
      throw errors.invalidArgValue('options', options,
        'can not set readableAll or writableAllt to true when path is abstract unix socket');
    }
    server._pipeName = path;
    return {
      path, backlog: Number(options.backlog) || backlog, exclusive: flags.exclusive,
      readableAll: options.readableAll === true, writableAll: options.writableAll === true,
    };
  }
  if (!('port' in options || 'path' in options)) {
    throw errors.invalidArgValue('options', options, 'must have the property "port" or "path"');
  }
  throw errors.invalidArgValue('options', options);
}

const methods = {
  listen(...args) {
    let [options, callback] = validate.normalizeArgs(args);
    if (this.listening) throw errors.alreadyListening();
    const traced = listenChannel.hasSubscribers;
    if (traced) trace(this, options);
    if (callback !== null) this.once('listening', callback);
    this._listeningId++;
    // One of ours, or a handle of one: a copy of what it listens on.
    const given = isOurs(options, Server) || isOurs(options, Socket) ? options :
      options._handle || options.handle || options;
    const owner = given instanceof Handle ? given.owner : given;
    if (isOurs(owner, Server) || isOurs(owner, Socket)) {
      native.listenCopy.call(this, owner, isOurs(owner, Server));
      return this;
    }
    const to = listenOptions(this, given, args);
    if (!listenInCluster(this, to)) native.listen.call(this, to);
    return this;
  },

  close(callback) {
    this._listeningId++;
    if (typeof callback === 'function') {
      if (this.listening) this.once('close', callback);
      else this.once('close', () => callback(errors.notRunning()));
    }
    closeShared(this);
    if (this._usingWorkers) awaitProcesses(this);
    native.close.call(this);
    return this;
  },

  address() {
    const made = this[kHandle]?.handle;
    if (made !== undefined && Object.hasOwn(made, 'getsockname')) return askedAddress(made);
    return native.address.call(this) ?? sharedAddress(this) ?? this._pipeName ?? null;
  },

  getConnections(callback) {
    validate.func(callback, 'callback');
    if (this._usingWorkers) askProcesses(this, callback);
    else native.getConnections.call(this, callback);
    return this;
  },

  ref() {
    this._unref = false;
    native.ref.call(this);
    dealt(this)?.ref();
    return this;
  },
  unref() {
    this._unref = true;
    native.unref.call(this);
    dealt(this)?.unref();
    return this;
  },

  _emitCloseIfDrained() {
    if (this.listening || this._connections > 0) return;
    process.nextTick(() => this.emit('close'));
  },
  _setupWorker(list) {
    this._usingWorkers = true;
    this._workers.push(list);
    list.once('exit', (gone) => this._workers.splice(this._workers.indexOf(gone), 1));
  },
};
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Server.prototype, name,
    { value, writable: true, configurable: true, enumerable: true });
}

// The tracing channel's three messages: now, and when it listens or fails.
function trace(server, options) {
  listenChannel.asyncStart.publish({ server, options });
  const done = () => {
    server.removeListener('error', failed);
    listenChannel.asyncEnd.publish({ server });
  };
  const failed = (error) => {
    server.removeListener('listening', done);
    listenChannel.error.publish({ server, error });
  };
  server.prependOnceListener('listening', done);
  server.prependOnceListener('error', failed);
}

if (Symbol.asyncDispose !== undefined) {
  Server.prototype[Symbol.asyncDispose] = async function() {
    if (this.listening) await promisify(this.close).call(this);
  };
}

// The connections as they come, until the server closes; an error is thrown.
Server.prototype[Symbol.asyncIterator] = async function*() {
  for await (const [socket] of EventEmitter.on(this, 'connection', { close: ['close'] })) {
    yield socket;
  }
};

// An async listener that rejected: 'connection' takes it out on the connection.
Server.prototype[EventEmitter.captureRejectionSymbol] = function(error, event, socket) {
  if (event === 'connection') socket.destroy(error);
  else this.emit('error', error);
};

// --- Connections ---------------------------------------------------------------------------------

function announce(server, socket) {
  if (server.noDelay) socket[kNoDelay] = true;
  if (server.keepAlive) socket[kKeepAlive] = server.keepAliveInitialDelay;
  const heard = server.emit('connection', socket);
  if (serverChannel.hasSubscribers) serverChannel.publish({ socket });
  return heard;
}

// What a handle calls in Node. Here it is only called if a program has put another one there.
function onconnection(error, handle) {
  if (error) return;
  if (this.owner.noDelay) handle.setNoDelay?.(true);
  if (this.owner.keepAlive) handle.setKeepAlive?.(true, this.owner.keepAliveInitialDelay);
  announce(this.owner, handle.owner);
}

parts.accepted = (server, socket) => {
  socket.server = server;
  socket._server = server;
  const handle = server[kHandle]?.handle;
  if (handle === undefined || handle.onconnection === onconnection) return announce(server, socket);
  handle.onconnection(0, socket._handle);
  return true;
};

// --- Properties ----------------------------------------------------------------------------------

function property(name, getter, setter = () => {}, enumerable = false) {
  Object.defineProperty(Server.prototype, name,
    { get: getter, set: setter, enumerable, configurable: true });
}
// Before the constructor ran, and on the prototype, there is no server to ask.
property('listening', function() {
  return this._workers !== undefined && native.listening.call(this);
}, undefined, true);
property('_connections', function() {
  return this._workers === undefined ? undefined : native.connections.call(this);
});
// Node's key of a listening address, with the port as it was asked for.
property('_connectionKey', function() {
  const address = this.listening ? this.address() : null;
  if (address === null) return undefined;
  if (typeof address === 'string') return `-1:${address}:-1`;
  return `${address.family.slice(-1)}:${address.address}:${this[kPort]}`;
});
property('maxConnections', function() { return this[kMaxConnections]; }, function(limit) {
  Object.defineProperty(this, kMaxConnections,
    { value: limit, writable: true, configurable: true });
  // Up to Node 20, 0 is no limit; since then it is none at all.
  const none = host.major > 20 ? limit == null : !limit;
  native.setMaxConnections.call(this, none ? undefined : Number(limit));
});
property('dropMaxConnection', function() { return this[kDropMaxConnection]; }, function(drop) {
  Object.defineProperty(this, kDropMaxConnection,
    { value: drop, writable: true, configurable: true });
  native.setDropMaxConnection.call(this, Boolean(drop));
});
property('_handle', function() {
  const { listening } = this;
  if (!listening) return null;
  const given = dealt(this);
  if (given !== undefined) return given;
  const made = this[kHandle];
  if (made !== undefined && made.id === this._listeningId) return made.handle;
  const kind = typeof this.address() === 'string' ? 2 : 1;
  const handle = makeHandle(kind, this, native);
  handle.onconnection = onconnection;
  Object.defineProperty(this, kHandle,
    { value: { id: this._listeningId, handle }, configurable: true });
  return handle;
});

function createServer(options, connectionListener) {
  return new Server(options, connectionListener);
}

module.exports = { Server, createServer };
