// Preloaded into each program: sees from outside of it that its connections were really made by the
// net it was to use, and that no socket is left when it has come to its end.
'use strict';

const { AsyncResource, createHook } = require('async_hooks');
const fs = require('fs');

const which = process.env.UVNET_NPM_NET;
delete process.env.UVNET_NPM_NET;  // not for its children

function openSockets() {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;  // the descriptor readdir used
    }
  }).length;
}

if (which !== undefined) {
  const before = openSockets();
  let own = 0;  // TCP handles and servers of Node's own net
  createHook({
    init(id, type, trigger, resource) {
      if (resource instanceof AsyncResource) return;  // ours are called like Node's
      if (type === 'TCPWRAP' || type === 'TCPSERVERWRAP' || type === 'PIPESERVERWRAP') own += 1;
    },
  }).enable();
  process.on('exit', () => {
    const faults = [];
    if (which === 'ours' && own > 0) faults.push(`${own} handles were of Node's own net`);
    if (which === 'stock' && own === 0) faults.push('it used no connection');
    const left = openSockets() - before;
    if (left > 0) faults.push(`${left} sockets are left at the end`);
    if (faults.length === 0) return;
    process.exitCode = 1;
    fs.writeSync(1, `watch.js: ${faults.join('; ')}\n`);
  });
}
