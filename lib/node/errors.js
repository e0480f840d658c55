// Errors as Node makes them: the same class, name, code, message and order of properties.
//
// Relies on nothing but util.inspect. `fromFields` is the one door for errors of the C++ core, the
// functions below it are for what JavaScript itself has to refuse.
'use strict';

const { constants } = require('os');
const { getSystemErrorName, inspect } = require('util');

function hidden(object, name, value) {
  Object.defineProperty(object, name, {
    value, enumerable: false, writable: true, configurable: true,
  });
}

// An error with a code of Node's own (ERR_...): its stack and toString() carry the code.
function coded(Base, code, message, from = coded) {
  const limit = Error.stackTraceLimit;
  const fixed = Object.isFrozen(Error);
  if (!fixed) Error.stackTraceLimit = 0;
  const error = new Base(message);
  if (!fixed) Error.stackTraceLimit = limit;
  hidden(error, 'name', `${error.name} [${code}]`);
  Error.captureStackTrace(error, from);
  error.stack;  // the header is made when first read: while the name has the code
  delete error.name;
  error.code = code;
  hidden(error, 'toString', function toString() {
    return `${this.name} [${code}]: ${this.message}`;
  });
  return error;
}

// "Received ..." of ERR_INVALID_ARG_TYPE: what a value is, in Node's words.
function whatIs(value) {
  if (value == null) return String(value);
  switch (typeof value) {
    case 'bigint':
      return `type bigint (${value}n)`;
    case 'number':
      return `type number (${Object.is(value, -0) ? '-0' : value})`;
    case 'function':
      return `function ${value.name}`;
    case 'object':
      if (value.constructor && 'name' in value.constructor) {
        return `an instance of ${value.constructor.name}`;
      }
      return inspect(value, { depth: -1 });
    case 'string': {
      const text = value.length > 28 ? `${value.slice(0, 25)}...` : value;
      return `type string (${text.includes("'") ? JSON.stringify(text) : `'${text}'`})`;
    }
    default:
      return `type ${typeof value} (${String(value)})`;
  }
}

const kindOf = (name) => (name.includes('.') ? 'property' : 'argument');

// expected in Node's words: 'of type number', 'an instance of AbortSignal'.
function invalidArgType(name, expected, value) {
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kindOf(name)} must be ${expected}. Received ${whatIs(value)}`, invalidArgType);
}

function invalidArgValue(name, value, reason = 'is invalid') {
  let shown = inspect(value);
  if (shown.length > 128) shown = `${shown.slice(0, 128)}...`;
  return coded(TypeError, 'ERR_INVALID_ARG_VALUE',
    `The ${kindOf(name)} '${name}' ${reason}. Received ${shown}`, invalidArgValue);
}

function outOfRange(name, range, value) {
  let shown;
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) {
    shown = String(value).replace(/\B(?=(\d{3})+$)/g, '_');
  } else {
    shown = inspect(value);
  }
  return coded(RangeError, 'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`, outOfRange);
}

function badPort(name, port) {
  return coded(RangeError, 'ERR_SOCKET_BAD_PORT',
    `${name} should be >= 0 and < 65536. Received ${whatIs(port)}.`, badPort);
}

const fixed = (Base, code, message) => {
  const make = () => coded(Base, code, message, make);
  return make;
};

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

const classes = { Error, TypeError, RangeError };

// The properties of a failed system call, in the order Node's class for it sets them.
const kOrder = ['errno', 'code', 'syscall'];
const kListenOrder = ['code', 'errno', 'syscall'];
const kPlace = ['address', 'port', 'localAddress', 'localPort', 'hostname', 'host', 'path'];

function fromFields(fields) {
  const { name, code, message } = fields;
  if (name === 'AbortError') {
    return new AbortError(message || undefined,
      'cause' in fields ? { cause: fields.cause } : undefined);
  }
  if (name === 'AggregateError' || fields.errors !== undefined) {
    const error = new AggregateError(fields.errors || [], message || undefined);
    error.code = code;
    return error;
  }
  const Base = classes[name] || Error;
  if (code !== undefined && code.startsWith('ERR_')) {
    const error = coded(Base, code, message, fromFields);
    if (code === 'ERR_INVALID_ADDRESS_FAMILY') error.host = message.match(/ (\S+):\d+$/)?.[1];
    for (const key of kPlace) if (fields[key] !== undefined) error[key] = fields[key];
    return error;
  }
  const error = new Base(message);
  for (const key of fields.syscall === 'listen' ? kListenOrder : kOrder) {
    if (fields[key] !== undefined) error[key] = fields[key];
  }
  for (const key of kPlace) if (fields[key] !== undefined) error[key] = fields[key];
  return error;
}

// cluster's answer to a worker that wanted to listen: a number of libuv's, or a code.
function bindFailed(status, address, port) {
  const { errno } = constants;
  const code = typeof status === 'number' ? getSystemErrorName(status) : status;
  const place = port > 0 ? ` ${address}:${port}` : address ? ` ${address}` : '';
  const error = new Error(`bind ${code}${place}`);
  error.errno = typeof status === 'number' ? status : -errno[code];
  error.code = code;
  error.syscall = 'bind';
  error.address = address;
  if (port) error.port = port;
  return error;
}

module.exports = {
  AbortError,
  bindFailed,
  fromFields,
  invalidArgType,
  invalidArgValue,
  outOfRange,
  badPort,
  missingArgs: fixed(TypeError, 'ERR_MISSING_ARGS',
    'The "options" or "port" or "path" argument must be specified'),
  nullValues: fixed(TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream'),
  alreadyListening: fixed(Error, 'ERR_SERVER_ALREADY_LISTEN',
    'Listen method has been called more than once without closing.'),
  notRunning: fixed(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.'),
  socketClosed: fixed(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'),
  notABuffer: fixed(TypeError, 'ERR_INVALID_ARG_TYPE', 'Second argument must be a buffer'),
  callFailed: (syscall, errno) => {
    const code = getSystemErrorName(errno);
    return fromFields({ name: 'Error', code, errno, syscall, message: `${syscall} ${code}` });
  },
  unknownEncoding: (encoding) => coded(TypeError, 'ERR_UNKNOWN_ENCODING',
    `Unknown encoding: ${typeof encoding === 'string' ? encoding : inspect(encoding)}`),
  invalidAddress: (address) => coded(TypeError, 'ERR_INVALID_IP_ADDRESS',
    `Invalid IP address: ${typeof address === 'string' ? address : inspect(address)}`),
};
