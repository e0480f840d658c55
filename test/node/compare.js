// Runs random.js with Node's net twice and with ours, and reports where they differ:
// `node test/node/compare.js [FROM [COUNT]]`. Seeds that Node itself does not repeat are left out.
'use strict';

const { execFile } = require('child_process');
const path = require('path');

const from = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 500);
const register = path.join(__dirname, '..', '..', 'lib', 'node', 'register.js');

// Differences that are known, each with its reason.
const withoutCount = (line) => line.replace(/bytesWritten=\d+/, '');
const kAllowed = [
  {
    reason: 'a write that failed at once is counted by Node as written, and by us as not',
    allows: (stock, ours) => stock !== undefined && ours !== undefined &&
      withoutCount(stock) === withoutCount(ours) && /errored=E(PIPE|CONNRESET)/.test(stock),
  },
  {
    reason: 'where a reset fails with EINVAL, Node never says \'close\'',
    allows: (stock, ours, before) => ours === '\'close\' false' && before.includes('\'error\' EINVAL'),
  },
];

function run(preload) {
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  const args = [...preload, path.join(__dirname, 'random.js'), from, from + count].map(String);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, maxBuffer: 1 << 30, timeout: 200000 },
      (error, stdout) => {
        if (error) return reject(error);
        const lines = stdout.trim().split('\n').map((line) => JSON.parse(line));
        return resolve(new Map(lines.map((line) => [line.seed, line])));
      });
  });
}

// Where two logs part; null if they do not, or only in allowed ways.
function difference(stock, ours) {
  for (const who of ['client', 'server']) {
    const [a, b] = [stock[who], ours?.[who] ?? []];
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      if (a[i] === b[i]) continue;
      const known = kAllowed.find(({ allows }) => allows(a[i], b[i], a.slice(0, i)));
      if (known === undefined) return { who, before: a.slice(Math.max(0, i - 6), i), stock: a[i], ours: b[i] };
      if (a.length !== b.length) break;  // what follows is shifted
    }
  }
  return null;
}

async function main() {
  const [stock, again, ours] = [await run([]), await run([]), await run(['--require', register])];
  let compared = 0;
  let different = 0;
  for (const [seed, log] of stock) {
    if (JSON.stringify(log) !== JSON.stringify(again.get(seed))) continue;
    compared += 1;
    const found = difference(log, ours.get(seed));
    if (found === null) continue;
    different += 1;
    console.log(`--- seed ${seed}, ${found.who}\n  ${found.before.join('\n  ')}`);
    console.log(`  stock: ${found.stock}\n  ours:  ${found.ours}`);
  }
  console.log(`${stock.size} programs, ${compared} that Node repeats, ${different} different with ours`);
  process.exitCode = different === 0 && compared > count / 2 ? 0 : 1;
}

main();
