// Runs every program of this folder with Node's own net and with uvnet preloaded, two at a time,
// and reports where they differ: `node test/node/run.js [--stock|--ours] [name...]`.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');

// Milliseconds. Only what hangs is to meet it: the longest, a hundred workers, takes 4 s on two
// processors that do nothing else, and beside a build it has taken over 20.
const kLongest = 50000;
const register = path.join(__dirname, '..', '..', 'lib', 'node', 'register.js');
const args = process.argv.slice(2);
const modes = args.includes('--stock') ? ['stock'] :
  args.includes('--ours') ? ['ours'] : ['stock', 'ours'];
const names = args.filter((arg) => !arg.startsWith('--'));
const files = fs.readdirSync(__dirname)
  .filter((file) => /^test-.*\.m?js$/.test(file))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)));

function run(file, mode) {
  return new Promise((resolve) => {
    const before = mode === 'ours' ? ['--require', register] : [];
    const env = { ...process.env };
    delete env.NODE_OPTIONS;
    const child = spawn(process.execPath,
      ['--expose-gc', ...before, path.join(__dirname, file)], { env });
    let output = '';
    child.stdout.on('data', (chunk) => { output += chunk; });
    child.stderr.on('data', (chunk) => { output += chunk; });
    const timer = setTimeout(() => {
      output += `\nkilled after ${kLongest / 1000} s`;
      child.kill('SIGKILL');
    }, kLongest);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ file, mode, passed: code === 0, code, signal, output });
    });
  });
}

async function main() {
  const work = files.flatMap((file) => modes.map((mode) => [file, mode]));
  const results = [];
  await Promise.all([0, 1].map(async () => {
    while (work.length > 0) results.push(await run(...work.shift()));
  }));
  results.sort((a, b) => a.file.localeCompare(b.file) || b.mode.localeCompare(a.mode));
  for (const { file, mode, passed, code, signal, output } of results) {
    if (passed) continue;
    console.log(`--- ${file} with ${mode}: ${signal ?? `exit ${code}`}`);
    console.log(output.trim());
  }
  for (const mode of modes) {
    const own = results.filter((result) => result.mode === mode);
    console.log(`${mode}: ${own.filter((r) => r.passed).length} of ${own.length} programs passed`);
  }
  process.exitCode = results.every((result) => result.passed) ? 0 : 1;
}

main();
