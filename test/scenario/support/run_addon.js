'use strict';
// Runs every scenario of this folder and of node/ twice, with Node's own net and with uvnet preloaded, and compares the
// traces: `node run_addon.js [--keep-going] [-j N] [name...]`. Scenarios in node/ have no C++ twin and no recorded trace.
//
// Where ours shall differ: node/differences.txt, as differences.txt is for the twins. A pair that differs is run again
// alone, for a busy machine stretches what scenarios take to be far apart; then Node itself must say the same three times,
// else the scenario is no good.
//
// UVNET_NODE_PRELOAD is a library for ours alone (LD_PRELOAD), such as a sanitizer's.

const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');

const kLongest = 30000;
const register = process.env.UVNET_NODE_REGISTER || path.join(__dirname, '..', '..', '..', 'lib', 'node', 'register.js');
const kScenarios = path.join(__dirname, '..');
const leftOver = path.join(__dirname, 'left_over.js');
const args = process.argv.slice(2);
let jobs = 2;
const names = [];
while (args.length > 0) {
  const arg = args.shift();
  if (arg === '-j') jobs = Number(args.shift());
  else names.push(arg.replace(/^.*\//, '').replace(/\.js$/, ''));
}

const scenarios = ['.', 'node'].flatMap((folder) => fs.readdirSync(path.join(kScenarios, folder))
  .filter((file) => file.endsWith('.js'))
  .map((file) => ({ folder: path.join(kScenarios, folder), name: file.slice(0, -3) })))
  .filter(({ name }) => names.length === 0 || names.includes(name));

// --- Differences that are meant ------------------------------------------------------------------

// scenario | node's line | our line | reason
const differences = [];
for (const line of fs.readFileSync(path.join(kScenarios, 'node', 'differences.txt'), 'utf8').split('\n')) {
  if (line === '' || line.startsWith('#')) continue;
  const [name, node, ours, reason] = line.split(' | ');
  if (!reason) throw new Error(`differences.txt: four fields in: ${line}`);
  differences.push({ name, node: node.split('\\n').join('\n'), ours: ours.split('\\n').join('\n'), line });
}

// What ours shall print where Node printed `trace`.
function expected(name, trace) {
  for (const difference of differences.filter((d) => d.name === name)) {
    const from = `\n${difference.node}\n`;
    const to = difference.ours === '' ? '\n' : `\n${difference.ours}\n`;
    const text = `\n${trace}`;
    if (!text.includes(from)) return `${trace}differences.txt does not apply: ${difference.line}\n`;
    trace = text.split(from).join(to).slice(1);
  }
  return trace;
}

// --- One run -------------------------------------------------------------------------------------

function run({ folder, name }, ours) {
  return new Promise((resolve) => {
    const env = { ...process.env };
    delete env.NODE_OPTIONS;
    const preloads = ['--require', leftOver];
    if (ours) {
      preloads.unshift('--require', register);
      if (env.UVNET_NODE_PRELOAD) env.LD_PRELOAD = env.UVNET_NODE_PRELOAD;
    }
    const child = spawn(process.execPath, ['--expose-gc', ...preloads, `${name}.js`],
      { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { output += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
    const timer = setTimeout(() => child.kill('SIGKILL'), kLongest);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0) output += `exit ${signal ?? code}\n${errors}\n`;
      else if (/AddressSanitizer|runtime error:/.test(errors)) output += `${errors}\n`;
      resolve(output);
    });
  });
}

// Fewer sockets may be left uncollected than with Node's net, not more.
function settle(node, ours) {
  const count = (text) => Number(/^~uncollected (\d+)$/m.exec(text)?.[1] ?? 0);
  return count(ours) < count(node) ? ours.replace(/^~uncollected .*$/m, `~uncollected ${count(node)}`) : ours;
}

function diff(node, ours) {
  const a = node.split('\n');
  const b = ours.split('\n');
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let k = b.length - 1; k >= 0; k--) {
      rows[i][k] = a[i] === b[k] ? rows[i + 1][k + 1] + 1 : Math.max(rows[i + 1][k], rows[i][k + 1]);
    }
  }
  const out = [];
  let i = 0;
  let k = 0;
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) {
      i++;
      k++;
    } else if (k >= b.length || (i < a.length && rows[i + 1][k] >= rows[i][k + 1])) {
      out.push(`  node  ${a[i++]}`);
    } else {
      out.push(`  ours  ${b[k++]}`);
    }
  }
  return out.join('\n');
}

async function compare(scenario) {
  const [node, ours] = await Promise.all([run(scenario, false), run(scenario, true)]);
  const wanted = expected(scenario.name, node);
  const got = settle(wanted, ours);
  return { scenario, node, same: wanted === got, text: wanted === got ? '' : diff(wanted, got) };
}

async function main() {
  if (scenarios.length === 0) throw new Error('no such scenario');
  const work = [...scenarios];
  const suspects = [];
  await Promise.all(Array.from({ length: jobs }, async () => {
    while (work.length > 0) {
      const result = await compare(work.shift());
      if (!result.same) suspects.push(result.scenario);
    }
  }));
  let failed = 0;
  let again = 0;
  for (const scenario of suspects) {
    const result = await compare(scenario);
    if (result.same) {
      again++;
      continue;
    }
    failed++;
    console.log(`--- ${scenario.name}\n${result.text}`);
    for (let i = 0; i < 2; i++) {
      const other = await run(scenario, false);
      if (other !== result.node) console.log(`  Node does not repeat itself:\n${diff(result.node, other)}`);
    }
  }
  console.log(`${scenarios.length} scenarios, ${failed} differ, ${again} needed a second run`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main();
