// net.js for `import`: the same objects under the names that Node's `import 'net'` has.
import binding from './binding.js';
import net from './net.js';

export default net;
export let {
  _createServerHandle, _normalizeArgs, _setSimultaneousAccepts, BlockList, SocketAddress, connect,
  createConnection, createServer, isIP, isIPv4, isIPv6, Server, Socket, Stream,
  getDefaultAutoSelectFamily, setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout,
} = net;

// Called by module.syncBuiltinESMExports().
binding.parts.syncExports = () => {
  ({
    _createServerHandle, _normalizeArgs, _setSimultaneousAccepts, BlockList, SocketAddress, connect,
    createConnection, createServer, isIP, isIPv4, isIPv6, Server, Socket, Stream,
    getDefaultAutoSelectFamily, setDefaultAutoSelectFamily,
    getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout,
  } = net);
};
