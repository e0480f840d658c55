// What arguments are worth: Node's checks, and the argument forms of connect() and listen().
//
// Every check throws Node's error, text included, and returns nothing else.
'use strict';

const errors = require('./errors');

function number(value, name) {
  if (typeof value !== 'number') throw errors.invalidArgType(name, 'of type number', value);
}

function int32(value, name, min = -2147483648) {
  number(value, name);
  if (!Number.isInteger(value)) throw errors.outOfRange(name, 'an integer', value);
  if (value < min || value > 2147483647) {
    throw errors.outOfRange(name, `>= ${min} && <= 2147483647`, value);
  }
}

function boolean(value, name) {
  if (typeof value !== 'boolean') throw errors.invalidArgType(name, 'of type boolean', value);
}

function string(value, name) {
  if (typeof value !== 'string') throw errors.invalidArgType(name, 'of type string', value);
}

function func(value, name) {
  if (typeof value !== 'function') throw errors.invalidArgType(name, 'of type function', value);
}

function signal(value, name) {
  if (value !== undefined &&
      (value === null || typeof value !== 'object' || !('aborted' in value))) {
    throw errors.invalidArgType(name, 'an instance of AbortSignal', value);
  }
}

function byte(value, name) {
  int32(value, name, -2147483648);
  if (value < 0 || value > 255) throw errors.outOfRange(name, '>= 0 && <= 255', value);
  return value;
}

// A port as number or text in any of JavaScript's notations; gives the number.
function port(value, name = 'Port') {
  const n = +value;
  if ((typeof value !== 'number' && typeof value !== 'string') ||
      (typeof value === 'string' && value.trim() === '') || n !== n >>> 0 || n > 0xffff) {
    throw errors.badPort(name, value);
  }
  return n;
}

const kTimeoutMax = 2 ** 31 - 1;

// Milliseconds for a timer; what is too long is cut, with Node's warning.
function duration(msecs, name) {
  number(msecs, name);
  if (msecs < 0 || !Number.isFinite(msecs)) {
    throw errors.outOfRange(name, 'a non-negative finite number', msecs);
  }
  if (msecs <= kTimeoutMax) return msecs;
  process.emitWarning(`${msecs} does not fit into a 32-bit signed integer.` +
    `\nTimer duration was truncated to ${kTimeoutMax}.`, 'TimeoutOverflowWarning');
  return kTimeoutMax;
}

// Marks arguments that went through normalizeArgs(), so that connect() takes them as they are.
const kNormalized = Symbol('normalizedArgs');

const isNumberLike = (value) => Number(value) >= 0;
const isPipeName = (value) => typeof value === 'string' && !isNumberLike(value);

// (options[, cb]), (path[, cb]), ([port][, host][, cb]) -> [options, cb or null].
function normalizeArgs(args) {
  let options = {};
  if (args.length > 0) {
    const first = args[0];
    if (typeof first === 'object' && first !== null) {
      options = first;
    } else if (isPipeName(first)) {
      options.path = first;
    } else {
      options.port = first;
      if (args.length > 1 && typeof args[1] === 'string') options.host = args[1];
    }
  }
  const last = args[args.length - 1];
  const normalized = [options, typeof last === 'function' ? last : null];
  normalized[kNormalized] = true;
  return normalized;
}

// Node's names of encodings, to the one the core knows. Others: ERR_UNKNOWN_ENCODING.
const kEncodings = new Map([
  ['utf8', 'utf8'], ['utf-8', 'utf8'], ['latin1', 'latin1'], ['binary', 'latin1'],
  ['ascii', 'ascii'], ['hex', 'hex'], ['base64', 'base64'], ['base64url', 'base64url'],
  ['ucs2', 'utf16le'], ['ucs-2', 'utf16le'], ['utf16le', 'utf16le'], ['utf-16le', 'utf16le'],
]);

function encoding(name) {
  const known = kEncodings.get(name);
  if (known !== undefined) return known;
  const lower = typeof name === 'string' ? kEncodings.get(name.toLowerCase()) : undefined;
  if (lower === undefined) throw errors.unknownEncoding(name);
  return lower;
}

module.exports = {
  number, int32, boolean, string, func, signal, byte, port, duration, encoding,
  kNormalized, normalizeArgs, isNumberLike, isPipeName,
};
