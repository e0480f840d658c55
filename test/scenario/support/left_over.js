'use strict';
// A preload for scenarios (run_addon.js): says at exit what is left of what the program opened, as lines of the trace.
// Sockets that were made and not collected come last, and only of programs that come to their end by themselves: the
// two nets are compared by how many are left, so a scenario may hold some.

const diagnostics = require('diagnostics_channel');
const fs = require('fs');

// What each descriptor is, without numbers: socket, pipe, /dev/null, ...
function descriptors() {
  const all = new Map();
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    try {
      all.set(fd, fs.readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // the one that reads the folder
    }
  }
  return all;
}

const before = descriptors();
const made = [];
for (const name of ['net.client.socket', 'net.server.socket']) {
  diagnostics.subscribe(name, ({ socket }) => made.push(new WeakRef(socket)));
}

// A program that ends by itself gets some turns to have its sockets collected: what one holds in C++ goes after it.
let turns = 0;
process.on('beforeExit', () => {
  if (turns++ < 5 && globalThis.gc) {
    globalThis.gc();
    setImmediate(() => globalThis.gc());
  }
});

process.on('exit', () => {
  let text = '';
  // Node opens pipes and event descriptors of its own when it first needs them.
  let sockets = 0;
  for (const [fd, what] of descriptors()) if (before.get(fd) !== what && what.startsWith('socket:')) sockets++;
  text += `~descriptors sockets=${sockets}\n`;
  text += `~handles ${process._getActiveHandles().filter((h) => h.fd === undefined || h.fd > 2).length}`;
  text += ` requests ${process._getActiveRequests().length}\n`;
  text += `~resources ${process.getActiveResourcesInfo().filter((name) => name !== 'TTYWrap' && name !== 'PipeWrap').join()}\n`;
  if (turns > 0) text += `~uncollected ${made.filter((ref) => ref.deref() !== undefined).length}\n`;
  fs.writeSync(1, text);
});
