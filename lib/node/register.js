// A preload: `node -r uvnet/register app.js` gives uvnet to every `require('net')`,
// `require('node:net')` and `import 'net'` of the program, of its child processes and workers.
//
// Node's own modules (http, tls, child_process, ...) keep the net they were built with.
'use strict';

const Module = require('module');
const path = require('path');
const { pathToFileURL } = require('url');
const active = require('./active');
const httpParser = require('./http_parser');
const net = require('./net');
const { parts } = require('./binding');
const pass = require('./pass');

const isNet = (request) => request === 'net' || request === 'node:net';

const load = Module._load;
Module._load = function _load(request) {
  return isNet(request) ? net : Reflect.apply(load, this, arguments);
};

if (typeof process.getBuiltinModule === 'function') {
  const builtin = process.getBuiltinModule;
  process.getBuiltinModule = function getBuiltinModule(id) {
    return isNet(id) ? net : Reflect.apply(builtin, this, arguments);
  };
}

httpParser.install();
active.install();
// Node's own, past the hook below.
let asksForOwn = false;
pass.install(() => {
  asksForOwn = true;
  try {
    return Reflect.apply(load, Module, ['net', null, false]);
  } finally {
    asksForOwn = false;
  }
});

// `import` goes by the resolver: in this thread where Node can, else in its thread for hooks.
const url = pathToFileURL(path.join(__dirname, 'net.mjs')).href;
if (typeof Module.registerHooks === 'function') {
  Module.registerHooks({
    resolve: (specifier, context, next) => (isNet(specifier) && !asksForOwn ?
      { url, format: 'module', shortCircuit: true } : next(specifier, context)),
  });
} else if (typeof Module.register === 'function') {
  Module.register(pathToFileURL(path.join(__dirname, 'resolve.mjs')));
}

// What a program puts into `net` is seen by `import` when it says so, as with Node's own modules.
const sync = Module.syncBuiltinESMExports;
Module.syncBuiltinESMExports = function syncBuiltinESMExports() {
  Reflect.apply(sync, this, arguments);
  parts.syncExports?.();
};
sync();  // also as `import { syncBuiltinESMExports } from 'module'`

// Child processes get it by their environment.
const option = `--require ${JSON.stringify(__filename)}`;
const options = process.env.NODE_OPTIONS || '';
if (!options.includes(option)) process.env.NODE_OPTIONS = `${options} ${option}`.trim();
