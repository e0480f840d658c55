// The loader of the addon: where it refuses, and what it says. Not about net: the same in both
// runs.
'use strict';

const { assert, test } = require('./support');
const { spawnSync } = require('child_process');
const path = require('path');

const library = path.join(__dirname, '..', '..', 'lib', 'node');

// The error of a program that loads a file of lib/node, in a Node without preloads.
function failure(code, env = {}) {
  const { NODE_OPTIONS, ...rest } = process.env;
  const { stderr, status } = spawnSync(process.execPath, ['-e', code],
    { env: { ...rest, ...env }, encoding: 'utf8' });
  return status === 0 ? null : stderr;
}

test('another runtime is refused before anything is loaded', () => {
  for (const [name, shown] of [['bun', 'Bun'], ['deno', 'Deno']]) {
    const error = failure(`
      Object.defineProperty(process, 'versions',
        { value: { ...process.versions, ${name}: '1.2.3' } });
      process.dlopen = () => { throw new Error('it was loaded'); };
      require(${JSON.stringify(library)} + '/net.js');`);
    assert.match(error, new RegExp(`Error: uvnet runs on the libuv loop of Node\\.js; ${shown} ` +
      '\\(1\\.2\\.3\\) has none'));
  }
});

test('a binary that is not there is named', () => {
  const error = failure(`require(${JSON.stringify(library)} + '/net.js')`,
    { UVNET_NODE_BINARY: '/no/such/uvnet.node' });
  assert.match(error, /Error: uvnet: the addon for \S+ was not found; looked for/);
  assert.match(error, /\n {2}\/no\/such\/uvnet\.node\n/);
});

test('Node\'s own net is not loaded', () => {
  const code = `
    const seen = process.moduleLoadList.filter((name) => /NativeModule net$/.test(name)).length;
    require(${JSON.stringify(library)} + '/net.js');
    const now = process.moduleLoadList.filter((name) => /NativeModule net$/.test(name)).length;
    if (now !== seen) throw new Error('net was loaded');`;
  if (process.env.UVNET_NODE_BINARY === undefined &&
      !require('fs').existsSync(path.join(library, '..', '..', 'build', 'release', 'uvnet.node'))) {
    return;  // nothing is built: there is nothing to load
  }
  assert.strictEqual(failure(code), null);
});
