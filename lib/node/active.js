// process._getActiveHandles() and process.getActiveResourcesInfo(): what keeps the process running, of
// ours too.
'use strict';

const { binding } = require('./binding');

const active = () => binding.active().filter((one) => !one._unref);

function nameOf(one) {
  const kind = one._handle?.constructor.name === 'Pipe' ? 'Pipe' : 'TCP';
  if (typeof one.listen === 'function') return `${kind}ServerWrap`;
  return kind === 'Pipe' ? 'PipeWrap' : 'TCPSocketWrap';
}

function install() {
  const { _getActiveHandles, getActiveResourcesInfo } = process;
  process._getActiveHandles = function() {
    return Reflect.apply(_getActiveHandles, this, arguments).concat(active());
  };
  if (getActiveResourcesInfo === undefined) return;
  process.getActiveResourcesInfo = function() {
    return active().map(nameOf).concat(Reflect.apply(getActiveResourcesInfo, this, arguments));
  };
}

module.exports = { install };
