// Finds the compiled addon and loads it: UVNET_NODE_BINARY, else one shipped for this platform
// (prebuilds/), else what the repository's own build left.
//
// Refuses before loading under a runtime that is not Node: Bun and Deno take Node's addons but
// have no libuv loop behind them.
'use strict';

const path = require('path');
const fs = require('fs');

for (const other of ['bun', 'deno']) {
  if (process.versions[other] !== undefined) {
    const name = other === 'bun' ? 'Bun' : 'Deno';
    throw new Error(`uvnet runs on the libuv loop of Node.js; ${name} ` +
      `(${process.versions[other]}) has none. Use ${name}'s own node:net there.`);
  }
}

function candidates() {
  const chosen = process.env.UVNET_NODE_BINARY;
  if (chosen) return [path.resolve(chosen)];
  const platform = `${process.platform}-${process.arch}`;
  return [
    path.join(__dirname, 'prebuilds', platform, 'uvnet.node'),
    path.join(__dirname, 'uvnet.node'),
    path.join(__dirname, '..', '..', 'build', 'release', 'uvnet.node'),
  ];
}

const places = candidates();
const file = places.find((place) => fs.existsSync(place));
if (file === undefined) {
  throw new Error(`uvnet: the addon for ${process.platform}-${process.arch} was not found; ` +
    `looked for\n  ${places.join('\n  ')}\nBuild it (target uvnet_node) or set UVNET_NODE_BINARY.`);
}

module.exports = require(file);
