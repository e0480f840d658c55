// require('net') on uvnet: the same names, the same objects where Node has one object for two
// names, over the C++ core. Node's own net is not loaded.
'use strict';

const os = require('os');
const { BlockList, SocketAddress } = require('./addresses');
const { binding } = require('./binding');
const validate = require('./validate');
const { Socket, connect } = require('./socket');
const { Server, createServer } = require('./server');

const isIP = (input) => binding.isIP(typeof input === 'string' ? input : `${input}`);
function isIPv4(input) { return isIP(input) === 4; }
function isIPv6(input) { return isIP(input) === 6; }

// The command line's defaults. Only Node's own net knows them, so that it is asked where there are any.
if ([...process.execArgv, process.env.NODE_OPTIONS].some(
  (option) => option?.includes('network-family-autoselection'))) {
  const own = require('net');
  if (own.getDefaultAutoSelectFamily !== undefined) {
    binding.autoSelectFamily(own.getDefaultAutoSelectFamily());
    binding.autoSelectFamilyAttemptTimeout(own.getDefaultAutoSelectFamilyAttemptTimeout());
  }
}

let warned = false;

module.exports = {
  // Node's cluster makes listening handles with this one; the core makes its own.
  _createServerHandle: function createServerHandle() { return -os.constants.errno.ENOTSUP; },
  _normalizeArgs: validate.normalizeArgs,
  _setSimultaneousAccepts() {
    if (warned) return;
    warned = true;
    process.emitWarning('net._setSimultaneousAccepts() is deprecated and will be removed.',
      'DeprecationWarning', 'DEP0121');
  },
  BlockList,
  SocketAddress,
  connect,
  createConnection: connect,
  createServer,
  isIP,
  isIPv4,
  isIPv6,
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily() { return binding.autoSelectFamily(); },
  setDefaultAutoSelectFamily(value) {
    validate.boolean(value, 'value');
    binding.autoSelectFamily(value);
  },
  getDefaultAutoSelectFamilyAttemptTimeout() { return binding.autoSelectFamilyAttemptTimeout(); },
  setDefaultAutoSelectFamilyAttemptTimeout(value) {
    validate.int32(value, 'value', 1);
    binding.autoSelectFamilyAttemptTimeout(Math.max(value, 10));
  },
};
