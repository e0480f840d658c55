// Sockets and servers that go to other processes: subprocess.send(message, socket) and
// process.on('message', (message, socket) => ...).
//
// Node's child_process sends and makes objects of its own net only, which it has loaded. Going out,
// one of those with a copy of our descriptor is sent in place of ours; coming in, ours takes over a
// copy of theirs. The rest (acknowledgements, who counts whose connections) stays child_process's.
// Nothing here runs, and nothing is loaded, before a process has a channel.
'use strict';

const diagnostics = require('diagnostics_channel');
const { binding } = require('./binding');
const errors = require('./errors');
const { Handle } = require('./handle');
const { Server } = require('./server');
const { Socket } = require('./socket');

const isOurs = (value, type) => type.prototype.isPrototypeOf(value);
let theirs;  // gives Node's own net

function copyFd(fd) {
  const copy = binding.copyFd(fd);
  if (copy < 0) throw errors.callFailed('dup', copy);
  return copy;
}

// --- Out -----------------------------------------------------------------------------------------

function copyOfTheirs(fd) {
  const net = theirs();
  if (!(fd >= 0)) return new net.Socket();
  return new net.Socket({ fd: copyFd(fd), manualStart: true });
}

// It is the other process's now: closed here without a word.
function letGo(socket) {
  Object.defineProperty(socket, 'emit', { value: () => false, configurable: true });
  binding.socket.destroy.call(socket);
}

// What is to be sent in the place of `handle`, what has the copy of its descriptor, and what is to be
// done about both when it was sent; undefined if it is not ours.
function outgoing(handle, options) {
  if (isOurs(handle, Socket)) {
    const made = copyOfTheirs(handle._handle?.fd);
    if (options?.keepOpen) return { made, holder: made, sent: () => made.destroy() };
    made.server = handle.server;
    return { made, holder: made, taken: () => letGo(handle) };
  }
  const isServer = isOurs(handle, Server);
  if (!isServer && !(handle instanceof Handle)) return undefined;
  const holder = copyOfTheirs((isServer ? handle._handle : handle)?.fd);
  const made = isServer ? Object.create(theirs().Server.prototype) : holder._handle;
  if (isServer) made._handle = holder._handle;
  return { made, holder, sent: () => holder.destroy() };
}

function wrapSend(send) {
  return function(message, handle, options, callback) {
    if (typeof handle !== 'object' || handle === null || !this.connected) {
      return Reflect.apply(send, this, arguments);
    }
    if (typeof options === 'function') {
      callback = options;
      options = undefined;
    }
    const { made, holder, taken, sent } = outgoing(handle, options) ?? {};
    if (made === undefined) return Reflect.apply(send, this, arguments);
    const told = (error) => {
      sent?.();
      if (typeof callback === 'function') callback(error);
      else if (error) this.emit('error', error);
    };
    let more;
    try {
      more = Reflect.apply(send, this, [message, made, options, told]);
    } catch (error) {
      holder.destroy();
      throw error;
    }
    taken?.();
    return more;
  };
}

// --- In ------------------------------------------------------------------------------------------

function socketOf(given) {
  const handle = given._handle;
  const early = given.read();  // it came while the program had no listener for messages yet
  const socket = new Socket({ fd: copyFd(handle.fd) });
  handle.close();
  given._handle = null;
  if (early !== null) socket.unshift(early);
  // child_process counts its connections by this one.
  socket.once('close', () => given.destroy());
  return socket;
}

function serverOf(given) {
  const server = new Server();
  // It is listening already, and has said so.
  Object.defineProperty(server, 'emit', {
    configurable: true,
    value(name, ...args) {
      if (name !== 'listening') return Server.prototype.emit.call(server, name, ...args);
      delete server.emit;
      return false;
    },
  });
  binding.server.listen.call(server, { fd: copyFd(given._handle.fd) });
  given.close();
  return server;
}

function incoming(handle) {
  if (typeof handle !== 'object' || handle === null || !(handle._handle?.fd >= 0)) return handle;
  const net = theirs();
  if (handle instanceof net.Socket && handle.constructor === net.Socket) return socketOf(handle);
  if (handle instanceof net.Server && handle.constructor === net.Server) return serverOf(handle);
  return handle;
}

function wrapEmit(target) {
  const { emit } = target;
  Object.defineProperty(target, 'emit', {
    writable: true,
    configurable: true,
    value(name, message, handle) {
      if (name === 'message' && handle) {
        return Reflect.apply(emit, this, [name, message, incoming(handle)]);
      }
      return Reflect.apply(emit, this, arguments);
    },
  });
}

// --- Child processes -----------------------------------------------------------------------------

// One of our sockets as the child's stdin, stdout or stderr.
function asStdio(given) {
  if (!isOurs(given, Socket) || !(given._handle?.fd >= 0)) return given;
  given.pause();
  return given._handle.fd;
}

function spawning({ process: child }) {
  const { spawn } = child;
  child.spawn = function(options) {
    delete child.spawn;
    if (Array.isArray(options?.stdio)) {
      options = { ...options, stdio: options.stdio.map(asStdio) };
    }
    const result = Reflect.apply(spawn, child, [options]);
    if (typeof child.send === 'function') {
      child.send = wrapSend(child.send);
      wrapEmit(child);
    }
    return result;
  };
}

// loadTheirs: gives Node's own net, for when child_process has loaded it.
function install(loadTheirs) {
  theirs = loadTheirs;
  diagnostics.subscribe?.('child_process', spawning);
  if (typeof process.send === 'function' && process.channel != null) {
    process.send = wrapSend(process.send);
    wrapEmit(process);
  }
}

module.exports = { install };
