// What `new Socket(options)` may be given: Node's checks, and what the core is told.
'use strict';

const { blockListOption } = require('./addresses');
const errors = require('./errors');
const validate = require('./validate');

const kOnRead = Symbol('onread');

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
  if (options.onread !== undefined) to.onread = readOnRead(options.onread, socket);
  if (options.blockList !== undefined) to.blockList = blockListOption(options.blockList);
  if (options.typeOfService !== undefined) {
    to.typeOfService = validate.byte(options.typeOfService, 'options.typeOfService');
  }
  return to;
}

module.exports = { nativeOptions, refuseObjects };
