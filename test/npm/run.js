// Runs the programs of this folder, which use packages from npm, with Node's own net and with uvnet
// preloaded, and compares what they print: `node test/npm/run.js [--install|--list] [--repeat N]
// [name...]`.
//
// The packages are those of package-lock.json, installed by npm into build/npm once. Where npm
// cannot, that is said in one line and nothing fails: the tests are skipped.
'use strict';

const { spawn, spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const kLongest = 40000;  // a program bounds itself to less
const kLongestInstall = 240000;
const kShown = 4000;
const kBelieveFailure = 600000;
const root = path.join(__dirname, '..', '..');
const folder = path.join(root, 'build', 'npm');
const register = path.join(root, 'lib', 'node', 'register.js');
const watch = path.join(__dirname, 'watch.js');

const args = process.argv.slice(2);
const repeatAt = args.indexOf('--repeat');
const repeat = repeatAt < 0 ? 1 : Number(args.splice(repeatAt, 2)[1]);
const names = args.filter((arg) => !arg.startsWith('--'));
const programs = fs.readdirSync(path.join(__dirname, 'programs')).sort();

function skip(reason) {
  console.log(`uvnet: skipped: ${reason}`);
  process.exit(0);
}

// --- Installation --------------------------------------------------------------------------------

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

// Fills build/npm unless it has just these packages already.
function install() {
  const files = ['package.json', 'package-lock.json', '.npmrc'];
  const texts = files.map((file) => fs.readFileSync(path.join(__dirname, file)));
  const wanted = crypto.createHash('sha256').update(Buffer.concat(texts)).digest('hex');
  const stamp = path.join(folder, 'installed');
  if (read(stamp) === wanted) return;
  const failed = path.join(folder, 'failed');
  // Each of the tests would wait for the same network again.
  const [which, when, why] = (read(failed) ?? '').split('\n');
  if (which === wanted && Date.now() - when < kBelieveFailure) skip(why);

  fs.mkdirSync(folder, { recursive: true });
  fs.rmSync(stamp, { force: true });
  files.forEach((file, i) => fs.writeFileSync(path.join(folder, file), texts[i]));
  const npm = spawnSync('npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'],
    { cwd: folder, encoding: 'utf8', timeout: kLongestInstall, stdio: ['ignore', 'pipe', 'pipe'] });
  if (npm.status !== 0) {
    const reason = npm.error?.code === 'ENOENT' ? 'there is no npm' :
      `npm cannot install the packages (${/npm error code (\w+)/.exec(npm.stderr)?.[1] ??
        npm.error?.code ?? `exit ${npm.status}`})`;
    // Packages that are not what the lock file says are a fault, not a missing network.
    if (/EINTEGRITY|EUSAGE|ERESOLVE/.test(npm.stderr)) {
      console.log(npm.stderr);
      process.exit(1);
    }
    fs.writeFileSync(failed, `${wanted}\n${Date.now()}\n${reason}`);
    skip(reason);
  }
  fs.writeFileSync(stamp, wanted);
}

// Node looks for packages above the program's own folder, so the programs go where those are. By
// rename: another runner may be starting the same file.
function place() {
  for (const [from, to] of [[__dirname, folder], [path.join(__dirname, 'programs'),
    path.join(folder, 'programs')]]) {
    fs.mkdirSync(to, { recursive: true });
    for (const file of fs.readdirSync(from).filter((name) => /\.m?js$/.test(name))) {
      const content = fs.readFileSync(path.join(from, file));
      const target = path.join(to, file);
      if (fs.existsSync(target) && fs.readFileSync(target).equals(content)) continue;
      fs.writeFileSync(`${target}.${process.pid}`, content);
      fs.renameSync(`${target}.${process.pid}`, target);
    }
  }
}

// --- Running -------------------------------------------------------------------------------------

function run(file, which) {
  return new Promise((resolve) => {
    const env = { ...process.env, UVNET_NPM_NET: which, NODE_ENV: 'test' };
    delete env.NODE_OPTIONS;
    const started = process.hrtime.bigint();
    const child = spawn(process.execPath,
      [...(which === 'ours' ? ['--require', register] : []), '--require', watch,
        path.join(folder, 'programs', file)],
      { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = ['', ''];
    child.stdout.on('data', (chunk) => { output[0] += chunk; });
    child.stderr.on('data', (chunk) => { output[1] += chunk; });
    const timer = setTimeout(() => {
      output[0] += `killed after ${kLongest / 1000} s\n`;
      child.kill('SIGKILL');
    }, kLongest);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        which, status: signal ?? code, stdout: output[0],
        stderr: output[1].replaceAll(`(node:${child.pid})`, '(node)'),
        milliseconds: Number((process.hrtime.bigint() - started) / 1000000n),
      });
    });
  });
}

async function compare(file) {
  const [stock, ours] = await Promise.all(['stock', 'ours'].map((which) => run(file, which)));
  const same = stock.stdout === ours.stdout && stock.stderr === ours.stderr;
  const skipped = /^uvnet: skipped: .*/.exec(stock.stdout);
  if (skipped) {
    console.log(skipped[0]);
    return true;
  }
  const good = same && stock.status === 0 && ours.status === 0;
  console.log(`${good ? 'same' : 'DIFFERENT'} ${file}: ${stock.stdout.split('\n').length - 1} ` +
    `lines, ${stock.milliseconds} and ${ours.milliseconds} ms`);
  if (!good) {
    for (const { which, status, stdout, stderr } of [stock, ours]) {
      const said = `${stdout}${stderr && `stderr:\n${stderr}`}`;
      console.log(`--- with ${which} (${status}):\n${said.slice(0, kShown)}`);
    }
  }
  return good;
}

async function main() {
  if (args.includes('--list')) {
    console.log(programs.join('\n'));
    return;
  }
  install();
  if (args.includes('--install')) return;
  place();
  const chosen = names.length === 0 ? programs :
    programs.filter((file) => names.includes(path.parse(file).name));
  if (chosen.length === 0) throw new Error(`no such program: ${names}`);
  let bad = 0;
  for (let i = 0; i < repeat; i++) {
    for (const file of chosen) if (!(await compare(file))) bad += 1;
  }
  if (bad > 0) process.exitCode = 1;
}

main();
