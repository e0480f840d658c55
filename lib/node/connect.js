// What connect() may be given: Node's checks, in Node's order, and the options the core takes.
'use strict';

const errors = require('./errors');
const validate = require('./validate');
const { binding } = require('./binding');

let dns;  // loaded when first needed

function familyNumber(family) {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : family;
}

function attemptTimeout(value) {
  validate.int32(value, 'options.autoSelectFamilyAttemptTimeout', 1);
  return Math.max(value, 10);
}

function tcpOptions(options) {
  const { localAddress, localPort, autoSelectFamily, autoSelectFamilyAttemptTimeout } = options;
  const host = options.host || 'localhost';
  if (localAddress && !binding.isIP(localAddress)) throw errors.invalidAddress(localAddress);
  if (localPort) validate.number(localPort, 'options.localPort');
  let port = 0;
  if (options.port !== undefined) {
    if (typeof options.port !== 'number' && typeof options.port !== 'string') {
      throw errors.invalidArgType('options.port', 'one of type number or string', options.port);
    }
    port = validate.port(options.port);
  }
  const native = { port, host };
  if (autoSelectFamily != null) {
    validate.boolean(autoSelectFamily, 'options.autoSelectFamily');
    native.autoSelectFamily = autoSelectFamily;
  }
  if (autoSelectFamilyAttemptTimeout != null) {
    native.autoSelectFamilyAttemptTimeout = attemptTimeout(autoSelectFamilyAttemptTimeout);
  }
  if (localAddress) native.localAddress = localAddress;
  if (localPort) native.localPort = localPort;
  if (binding.isIP(host)) return native;

  const { lookup } = options;
  if (lookup != null) validate.func(lookup, 'options.lookup');
  else validate.string(host, 'hostname');
  const family = familyNumber(options.family);
  native.host = String(host);
  if (family === 4 || family === 6) native.family = family;
  // It is asked with just the options Node gives; dns.lookup is the one of that moment.
  native.lookup = (name, { hints, all }, callback) => {
    const asked = { family, hints };
    if (all) asked.all = true;
    dns ??= require('dns');
    return (lookup || dns.lookup)(host, asked, callback);
  };
  if (options.hints) native.hints = options.hints;
  return native;
}

// The options for the core; throws before anything has changed.
function connectOptions(options) {
  if (options.path) {
    validate.string(options.path, 'options.path');
    return { path: options.path };
  }
  return tcpOptions(options);
}

module.exports = { connectOptions };
