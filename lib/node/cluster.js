// listen() in a worker of Node's cluster: the primary has the address, workers share it.
//
// The primary answers with a listening handle that all workers have (SCHED_NONE), of which the core
// listens on a copy; or with none, and then sends the connections (SCHED_RR), of which the core takes
// over copies. Both are objects of Node's cluster, which a worker has loaded before this file.
'use strict';

const errors = require('./errors');
const { binding, host } = require('./binding');

const native = binding.server;
const kShared = Symbol('shared');
// A worker has it from its start; Node's cluster is not loaded to ask anywhere else.
const couldBeWorker = process.channel != null;

let cluster;
let ownerSymbol;  // under which cluster looks for the server of a handle

function inWorker() {
  if (!couldBeWorker) return false;
  cluster ??= require('cluster');
  return cluster.isWorker && typeof cluster._getServer === 'function';
}

function setOwner(handle, server) {
  if (ownerSymbol === undefined) {
    const { ChildProcess } = require('child_process');
    ownerSymbol = Object.getOwnPropertySymbols(new ChildProcess()._handle)
      .find((symbol) => symbol.description === 'owner_symbol') ?? null;
  }
  if (ownerSymbol !== null) handle[ownerSymbol] = server;
}

// The question as cluster takes it.
function questionOf(options) {
  const { fd, path, port, backlog } = options;
  if (fd !== undefined) return { address: null, port: null, addressType: null, fd, backlog };
  if (path !== undefined) {
    const { readableAll, writableAll } = options;
    return { address: path, port: -1, addressType: -1, backlog, readableAll, writableAll };
  }
  const flags = (options.ipv6Only ? 1 : 0) | (options.reusePort ? 2 : 0);
  return { address: null, port, addressType: 4, flags, backlog };
}

function ask(server, question, id) {
  cluster._getServer(server, question, (status, handle) => {
    if (id !== server._listeningId) {
      handle?.close();
      return;
    }
    const { address, port } = question;
    if (!status && port > 0 && handle.getsockname !== undefined) {
      const bound = {};
      handle.getsockname(bound);
      // A shared handle may say only now that the port is taken.
      if (bound.port !== port) status = 'EADDRINUSE';
    }
    if (status) {
      handle?.close();
      server.emit('error', errors.bindFailed(status, address, port));
      return;
    }
    listenOn(server, handle, question.backlog);
  });
}

function listenOn(server, handle, backlog) {
  const copied = handle.fd >= 0;
  Object.defineProperty(server, kShared, { value: { handle, copied }, configurable: true });
  setOwner(handle, server);
  if (copied) {
    const fd = binding.copyFd(handle.fd);
    if (fd >= 0) {
      native.listen.call(server, { fd, backlog });
    } else {
      closeShared(server);
      server.emit('error', errors.callFailed('dup', fd));
    }
    return;
  }
  handle.listen(backlog);
  handle.onconnection = (error, client) => {
    if (!error) adopt(server, client);
  };
  if (server._unref) handle.unref();
  native.listen.call(server, { elsewhere: true });
}

// The connection goes over to the core; cluster's handle has done its part. Out of descriptors it is
// closed, as libuv does with one that it cannot accept.
function adopt(server, client) {
  const fd = binding.copyFd(client.fd);
  client.close();
  if (fd >= 0) native.accept.call(server, fd);
}

// As listen() does it where there is no cluster, and Node of this age.
function lookUp(name, done) {
  const dns = require('dns');
  if (host.major < 22) return dns.lookup(name, done);
  return dns.lookup(name, { all: true }, (error, found) => {
    if (error) return done(error);
    const linkLocal = ({ address, family }) => family === 6 && /^fe[89ab][0-9a-f]:/i.test(address);
    const chosen = found.find((one) => !linkLocal(one)) ?? found[0];
    return done(null, chosen.address, chosen.family);
  });
}

// True if the primary was asked (or will be, when the name is looked up); else the server listens
// by itself.
function listenInCluster(server, options) {
  if (options.exclusive || options.reusePort || !inWorker()) return false;
  const id = server._listeningId;
  const question = questionOf(options);
  if (options.host === undefined) {
    ask(server, question, id);
    return true;
  }
  lookUp(options.host, (error, address, addressType) => {
    if (id !== server._listeningId) return;
    if (error) server.emit('error', error);
    else ask(server, { ...question, address, addressType: address ? addressType : 4 }, id);
  });
  return true;
}

function closeShared(server) {
  const shared = server[kShared];
  if (shared === undefined) return;
  Object.defineProperty(server, kShared, { value: undefined, configurable: true });
  shared.handle.close();
}

// What cluster knows better than the core, where another process has the handle.
const dealt = (server) => {
  const shared = server[kShared];
  return shared === undefined || shared.copied ? undefined : shared.handle;
};

function sharedAddress(server) {
  const handle = dealt(server);
  if (handle?.getsockname === undefined) return undefined;
  const address = {};
  handle.getsockname(address);
  return address;
}

module.exports = { listenInCluster, closeShared, dealt, sharedAddress };
