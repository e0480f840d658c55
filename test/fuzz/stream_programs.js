'use strict';
// Random stream programs, and what Node makes of them. One JSON document per line is printed.
//
//     node stream_programs.js generate SEED COUNT    {"seed", "streams", "turns"}: programs SEED, SEED + 1, ...
//     node stream_programs.js trace SEED COUNT       the same as {"program", "trace"}
//     node stream_programs.js run FILE               the programs in FILE (an array or lines), as {"program", "trace"}
//     node stream_programs.js keep FILE WHY          the program on stdin into FILE, with its trace: kept/*.json
//
// The same seed is the same program wherever it runs.

const fs = require('fs');

const TEXTS = ['a', 'bc', 'hello', '', 'é', '€uro', 'x😀y', '0123456789abcdef', '6162', 'YWJj', 'zzz\n'];
const HEX = ['61', '6263', '', 'c3', 'a9', 'f09f', '9880', '3dd8', '00de', 'ff', '616263646566', '30313233343536373839',
  'e282', 'ac', '610062', '00'];
const ENCODINGS = ['utf8', 'utf8', 'utf8', 'hex', 'latin1', 'utf16le', 'base64', 'ascii', 'base64url'];
const MARKS = [0, 1, 2, 3, 4, 5, 8, 16, 16];

function makeRandom(seed) {
  // mulberry32
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Generator {
  constructor(seed) {
    this.seed = seed;
    const random = makeRandom(Math.imul(seed, 2654435761) ^ 0x5bd1e995);
    for (let i = 0; i < 8; i++) random();
    this.random = random;
    this.ids = 0;
    this.errors = 0;
    // Most programs treat their streams gently: what fails early shows little.
    this.harm = this.chance(0.3) ? 1 : 0.12;
  }

  below(n) { return Math.floor(this.random() * n); }
  chance(p) { return this.random() < p; }
  pick(list) { return list[this.below(list.length)]; }
  // [[weight, value], ...]
  weighted(pairs) {
    let total = 0;
    for (const [weight] of pairs) total += weight;
    let at = this.random() * total;
    for (const [weight, value] of pairs) {
      at -= weight;
      if (at < 0) return value;
    }
    return pairs[pairs.length - 1][1];
  }
  many(max, make) { return Array.from({ length: this.below(max + 1) }, make); }

  error() { return `E${this.errors++}`; }
  maybeError(p) { return this.chance(p * this.harm) ? this.error() : null; }
  when() { return this.weighted([[5, 'now'], [4, 'tick'], [2, 'turn'], [2, 'hold']]); }
  encoding() { return this.pick(ENCODINGS); }
  chunk(encodings = true) {
    if (this.chance(0.55)) return ['b', this.pick(HEX)];
    return encodings && this.chance(0.2) ? ['t', this.pick(TEXTS), this.encoding()] : ['t', this.pick(TEXTS)];
  }
  // ASCII only, what it counts is the same as bytes and as text.
  plainChunk() { return ['t', this.pick(['a', 'bc', 'hello', '', '0123456789'])]; }

  // --- Streams -------------------------------------------------------------------------------------------------------

  stream() {
    const kind = this.weighted([[4, 'R'], [4, 'W'], [4, 'D'], [2, 'T'], [3, 'P']]);
    const s = { kind, options: this.options(kind) };
    if (kind === 'R' || kind === 'D') s.read = this.readScript();
    if (kind === 'W' || kind === 'D') {
      s.write = this.many(6, () => this.writeAnswer());
      if (this.chance(0.45)) s.writev = true;
      if (this.chance(0.3)) s.final = this.writeAnswer();
      if (!s.writev && this.chance(0.3)) s.tryWrite = 1 + this.below(3);
    }
    if (kind === 'T') {
      s.transform = this.many(5, () => this.transformAnswer());
      if (this.chance(0.5)) s.flush = this.transformAnswer();
    }
    if (this.chance(0.15)) {
      s.destroy = [this.when(), this.weighted([[5, 'same'], [1, null], [1, this.error()]])];
    }
    if (this.chance(0.12)) s.construct = [this.when(), this.maybeError(0.15), this.chance(0.03 * this.harm) ? 2 : 1];
    // What a hook throws is its answer.
    for (const hook of ['final', 'destroy', 'construct']) {
      if (s[hook] && this.chance(0.1 * this.harm)) s[hook][0] = 'throw';
    }
    return s;
  }

  options(kind) {
    const options = { highWaterMark: this.pick(MARKS) };
    if (kind !== 'R' && kind !== 'W' && this.chance(0.5)) {
      options.readableHighWaterMark = options.highWaterMark;
      options.writableHighWaterMark = this.pick(MARKS);
      delete options.highWaterMark;
    }
    if (kind === 'D' || kind === 'T' || kind === 'P') {
      if (this.chance(0.3)) options.allowHalfOpen = false;
      if (kind === 'D' && this.chance(0.06)) options.readable = false;
      if (kind === 'D' && this.chance(0.06)) options.writable = false;
    }
    if (this.chance(0.15)) options.autoDestroy = false;
    if (this.chance(0.1)) options.emitClose = false;
    if (kind !== 'W' && this.chance(0.12)) options.encoding = this.encoding();
    if (this.chance(0.1)) options.defaultEncoding = this.encoding();
    return options;
  }

  readScript() {
    const script = this.many(7, () => [this.when(), this.many(3, () => this.chunk()), this.maybeError(0.03)]);
    for (const answer of script) {
      if (this.chance(0.04 * this.harm)) answer[0] = 'throw';
      if (answer[1].length === 0 && this.chance(0.7)) answer[1].push(this.chunk());
    }
    if (this.chance(0.6)) {
      const chunks = this.many(2, () => this.chunk());
      chunks.push(null);
      if (this.chance(0.05 * this.harm)) chunks.push(this.chunk());
      script.push([this.when(), chunks, null]);
    }
    return script;
  }
  writeAnswer() { return [this.when(), this.maybeError(0.06), this.chance(0.03 * this.harm) ? 2 : 1]; }
  transformAnswer() {
    const chunks = this.many(2, () => this.chunk());
    if (this.chance(0.06 * this.harm)) chunks.push(null);
    return [this.when(), chunks, this.maybeError(0.05), this.chance(0.4) ? ['b', this.pick(HEX)] : null];
  }

  // --- Steps ---------------------------------------------------------------------------------------------------------

  steps(max, depth) { return Array.from({ length: this.below(max + 1) }, () => this.step(depth)); }

  step(depth) {
    if (depth < 3 && this.chance(0.05)) return [this.chance(0.7) ? 'tick' : 'turn', this.steps(3, depth + 1)];
    const i = this.below(this.streams.length);
    const s = this.streams[i];
    const ops = [[4, 'on'], [0.8, 'off'], [0.7 * this.harm, 'destroy'], [0.25, 'removeAll'], [3, 'answer']];
    if (s.kind !== 'W') {
      ops.push([3, 'read'], [2, 'readN'], [1, 'readAll'], [1.2, 'pause'], [1.8, 'resume'], [1.2, 'unshift'],
        [0.5, 'setEncoding'], [1.8, 'pipe'], [0.8, 'unpipe'], [0.4 + 2 * this.harm, 'push'], [0.1 + 0.5 * this.harm, 'pushEnd']);
    }
    if (s.kind !== 'R') ops.push([6, 'write'], [0.3 + this.harm, 'end'], [1, 'cork'], [1.2, 'uncork'], [0.2, 'setDefaultEncoding']);
    if (s.kind === 'D' || s.kind === 'P') ops.push([0.15, 'setAllowHalfOpen']);
    return this.operation(this.weighted(ops), i, s, depth);
  }

  operation(op, i, s, depth) {
    switch (op) {
      case 'on': return this.on(i, s, depth);
      case 'off': return this.off(i);
      case 'destroy': return ['destroy', i, this.chance(0.5) ? this.error() : null];
      case 'removeAll': return this.removeAll(i, s);
      case 'answer':
        return ['answer', i, this.pick(['read', 'write', 'write', 'final', 'transform', 'flush', 'destroy', 'construct']),
          this.maybeError(0.05)];
      case 'readN': return ['read', i, this.pick([0, 0, 1, 1, 2, 3, 4, 7, 20, -1])];
      case 'unshift': return ['unshift', i, this.encoded(s) ? this.plainChunk() : this.chunk()];
      case 'setEncoding':
        s.encoded = true;
        return ['setEncoding', i, this.encoding()];
      case 'pipe': return this.pipe(i, s);
      case 'unpipe': return ['unpipe', i, this.chance(0.4) ? null : this.writableIndex() ?? null];
      case 'push': return ['push', i, this.chunk()];
      case 'write': return ['write', i, this.chunk(), this.callback(depth)];
      case 'end': return ['end', i, this.chance(0.35) ? this.chunk() : null, this.callback(depth)];
      case 'setDefaultEncoding': return ['setDefaultEncoding', i, this.encoding()];
      case 'setAllowHalfOpen': return ['setAllowHalfOpen', i, this.chance(0.5)];
      default: return [op, i];
    }
  }

  encoded(s) { return s.encoded || s.options.encoding !== undefined; }
  callback(depth) {
    if (!this.chance(0.4)) return null;
    return depth < 3 && this.chance(0.25) ? this.steps(3, depth + 1) : [];
  }
  writableIndex() {
    const writables = this.streams.map((s, i) => (s.kind === 'R' ? -1 : i)).filter((i) => i >= 0);
    return writables.length === 0 ? undefined : this.pick(writables);
  }
  pipe(i, s) {
    const to = this.writableIndex();
    // A stream piped into itself goes round for ever.
    if (to === undefined || to === i || this.reaches(to, i)) return ['resume', i];
    (s.pipes ??= new Set()).add(to);
    return ['pipe', i, to, this.chance(0.85)];
  }
  reaches(from, to) {
    if (from === to) return true;
    for (const next of this.streams[from].pipes ?? []) {
      if (this.reaches(next, to)) return true;
    }
    return false;
  }

  on(i, s, depth) {
    const events = [];
    if (s.kind !== 'W') events.push([7, 'data'], [4, 'readable'], [1, 'end'], [0.5, 'pause'], [0.5, 'resume']);
    if (s.kind !== 'R') {
      events.push([1.5, 'drain'], [1, 'finish'], [0.5, 'prefinish'], [0.5, 'pipe'], [0.5, 'unpipe']);
    }
    events.push([0.5, 'error'], [0.7, 'close']);
    // While it constructs Node listens to events of its own.
    if (s.construct === undefined) events.push([0.2, 'newListener']);
    const event = this.weighted(events);
    const id = this.ids++;
    (this.heard ??= []).push([i, event, id]);
    const how = this.weighted([[6, 0], [2, 1], [1, 2], [0.5, 3]]);
    let steps = [];
    if (event === 'readable' && this.chance(0.6)) steps = [this.chance(0.7) ? ['readAll', i] : ['read', i, 1 + this.below(4)]];
    if (depth < 3 && this.chance(0.4)) steps.push(...this.steps(3, depth + 1));
    return ['on', i, event, id, how, this.weighted([[5, 1], [2, 2], [1, 3]]), steps];
  }
  off(i) {
    const own = (this.heard ?? []).filter(([stream]) => stream === i);
    if (own.length === 0) return this.on(i, this.streams[i], 3);
    const [, event, id] = this.pick(own);
    return ['off', i, event, id];
  }
  removeAll(i, s) {
    // All at once would take away what Node itself listens to while it constructs.
    const events = s.kind === 'R' ? ['data', 'readable', 'end', 'close'] :
      s.kind === 'W' ? ['drain', 'finish', 'unpipe', 'close'] : ['data', 'readable', 'end', 'drain', 'finish', 'unpipe'];
    if (s.construct === undefined && this.chance(0.2)) return ['removeAll', i, null];
    return ['removeAll', i, this.pick(events)];
  }

  program() {
    this.streams = Array.from({ length: this.weighted([[4, 1], [5, 2], [2, 3]]) }, () => this.stream());
    const turns = Array.from({ length: 2 + this.below(7) }, () => {
      const steps = this.steps(5, 0);
      if (steps.length === 0) steps.push(this.step(0));
      return steps;
    });
    // Half of what can be read is read from early on, or nothing would move.
    this.streams.forEach((s, i) => {
      if (s.kind === 'W' || this.chance(0.5)) return;
      const how = this.weighted([[4, 'on'], [2, 'pipe'], [1, 'resume']]);
      turns[this.below(2)].push(how === 'on' ? this.on(i, s, 2) : this.operation(how, i, s, 2));
    });
    const streams = this.streams.map(({ pipes, encoded, ...s }) => s);
    return { seed: this.seed, streams, turns };
  }
}

function* generate(seed, count) {
  for (let i = 0; i < count; i++) yield new Generator(seed + i).program();
}

function* read(file) {
  const text = fs.readFileSync(file, 'utf8');
  if (text.startsWith('[')) yield* JSON.parse(text);
  else for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line);
}

function main([verb, ...args]) {
  // In large pieces; pipes and files are written to at once.
  let pending = '';
  const flush = () => {
    process.stdout.write(pending);
    pending = '';
  };
  const print = (value) => {
    pending += JSON.stringify(value) + '\n';
    if (pending.length > 1 << 16) flush();
  };
  const traced = (programs) => {
    require('./stream_runner').runAll(programs, (program, trace) => print({ program, trace }), flush);
  };
  if (verb === 'generate') {
    for (const program of generate(Number(args[0]), Number(args[1]))) print(program);
    flush();
  } else if (verb === 'trace') {
    traced(generate(Number(args[0]), Number(args[1])));
  } else if (verb === 'run') {
    traced(read(args[0]));
  } else if (verb === 'keep') {
    const { streams, turns } = JSON.parse(fs.readFileSync(0, 'utf8'));
    require('./stream_runner').runAll([{ streams, turns }].values(), (program, trace) => {
      const lines = trace.map((line) => JSON.stringify(line)).join(',\n');
      fs.writeFileSync(args[0],
        `{"why": ${JSON.stringify(args[1])},\n"program": ${JSON.stringify(program)},\n"trace": [\n${lines}]}\n`);
    }, () => {});
  } else {
    process.exitCode = 2;
  }
}

main(process.argv.slice(2));
