'use strict';
// Random socket programs on Node's own net and on uvnet: `node socket_fuzz.js [-n COUNT] [-s SEED] [--all]`.
//
// All programs run three times on Node, each time in one process, and once on ours. Those that Node does not repeat are
// dropped. A program that differs is run again, and made small: the smallest that still differs is printed, as JSON that
// goes into kept_sockets/ when it was our bug. Kept programs run first, always. What may differ: kKnown.
//
// UVNET_NODE_PRELOAD and UVNET_NODE_REGISTER are as in ../scenario/support/run_addon.js.

const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { generate } = require('./socket_generator');
const kKnown = require('./socket_differences');

const register = process.env.UVNET_NODE_REGISTER || path.join(__dirname, '..', '..', 'lib', 'node', 'register.js');
const runner = path.join(__dirname, 'socket_runner.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'uvnet-fuzz-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const count = option('-n', 500);
const seed = option('-s', 1);
const kShown = process.argv.includes('--all') ? Infinity : 3;

// The traces of the programs; a process that dies takes only the program it was at.
function run(programs, ours) {
  const traces = [];
  while (traces.length < programs.length) {
    const file = path.join(folder, 'programs.json');
    fs.writeFileSync(file, JSON.stringify(programs.slice(traces.length)));
    const env = { ...process.env };
    delete env.NODE_OPTIONS;
    if (ours && env.UVNET_NODE_PRELOAD) env.LD_PRELOAD = env.UVNET_NODE_PRELOAD;
    const result = spawnSync(process.execPath, [...(ours ? ['--require', register] : []), runner, 'run', file],
      { env, encoding: 'utf8', maxBuffer: 1 << 30, timeout: 120000, killSignal: 'SIGKILL' });
    for (const line of result.stdout.split('\n')) if (line !== '') traces.push(JSON.parse(line).trace);
    if (traces.length < programs.length) traces.push([`died: ${result.signal ?? result.status} ${result.stderr}`]);
  }
  return traces;
}

const same = (a, b) => a.length === b.length && a.every((line, i) => line === b[i]);

const usedReasons = new Map();
// Equal, or different in known ways only.
function agree(program, node, ours) {
  if (same(node, ours)) return true;
  for (const { name, apply } of kKnown) {
    [node, ours] = apply(program, node, ours);
    if (same(node, ours)) {
      usedReasons.set(name, (usedReasons.get(name) ?? 0) + 1);
      return true;
    }
  }
  return false;
}

// Which of the programs differ, and do so each of `times` times, while Node stays the same.
function differing(programs, times) {
  if (programs.length === 0) return [];
  const node = run(programs, false);
  let left = programs.map((program, i) => ({ program, node: node[i] }));
  for (let i = 0; i < times; i++) {
    const list = left.map(({ program }) => program);
    if (list.length === 0) break;
    const again = run(list, false);
    left = left.filter((entry, k) => same(entry.node, again[k]));
    const ours = run(left.map(({ program }) => program), true);
    left = left.map((entry, k) => ({ ...entry, ours: ours[k] }))
      .filter((entry) => !agree(entry.program, entry.node, entry.ours));
  }
  return left;
}

// Every program with one step less, or with the steps of one left away, or with simpler options.
function* smaller(program) {
  const copy = () => JSON.parse(JSON.stringify(program));
  for (let i = 0; i < program.turns.length; i++) {
    const p = copy();
    p.turns.splice(i, 1);
    yield p;
  }
  function* places(list, at) {
    for (let i = 0; i < list.length; i++) {
      yield [...at, i];
      for (let k = 0; k < list[i].length; k++) {
        const inner = list[i][k];
        if (Array.isArray(inner) && inner.every(Array.isArray)) yield* places(inner, [...at, i, k]);
      }
    }
  }
  const lists = [...['early', 'before', 'accepted'].filter((key) => program[key] !== undefined).map((key) => [key]), ...program.turns.map((_, i) => ['turns', i])];
  for (const list of lists) {
    const steps = list.reduce((value, key) => value[key], program);
    for (const place of places(steps, list)) {
      const p = copy();
      place.slice(0, -1).reduce((value, key) => value[key], p).splice(place.at(-1), 1);
      yield p;
    }
  }
  for (const side of ['server', 'client']) {
    for (const key of Object.keys(program[side])) {
      const p = copy();
      delete p[side][key];
      yield p;
    }
  }
}

function shrink(entry) {
  for (let round = 0; round < 40; round++) {
    const found = differing([...smaller(entry.program)], 1);
    if (found.length === 0) break;
    entry = found.reduce((a, b) => (JSON.stringify(b.program).length < JSON.stringify(a.program).length ? b : a));
  }
  return entry;
}

// What is known to differ is not shown.
function show({ program, node, ours }) {
  console.log(JSON.stringify(program));
  for (const { apply } of kKnown) [node, ours] = apply(program, node, ours);
  let at = 0;
  while (at < node.length && node[at] === ours[at]) at++;
  for (const line of node.slice(Math.max(0, at - 12), at)) console.log(`        ${line}`);
  for (const line of node.slice(at, at + 5)) console.log(`  node  ${line}`);
  for (const line of ours.slice(at, at + 5)) console.log(`  ours  ${line}`);
}

function main() {
  const kept = fs.readdirSync(path.join(__dirname, 'kept_sockets')).filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(fs.readFileSync(path.join(__dirname, 'kept_sockets', file), 'utf8')).program);
  const programs = [...kept, ...Array.from({ length: count }, (_, i) => generate(seed + i))];
  const [first, second, third] = [0, 1, 2].map(() => run(programs, false));
  const ours = run(programs, true);
  const steady = programs.map((_, i) => i).filter((i) => same(first[i], second[i]) && same(first[i], third[i]));
  const suspects = steady.filter((i) => !agree(programs[i], first[i], ours[i])).map((i) => programs[i]);
  const found = differing(suspects, 3);
  for (const entry of found.slice(0, kShown)) {
    console.log(`--- seed ${entry.program.seed}`);
    show(shrink(entry));
  }
  if (found.length > 0) console.log(`seeds that differ: ${found.map(({ program }) => program.seed).join(' ')}`);
  for (const [name, times] of usedReasons) console.log(`${name}: ${times} comparisons`);
  console.log(`${programs.length} programs (${kept.length} kept), ${programs.length - steady.length} dropped, ` +
    `${suspects.length} differed once, ${found.length} differ`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

main();
