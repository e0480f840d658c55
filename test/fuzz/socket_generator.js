'use strict';
// Random programs for two sockets, a server and its client. The same seed is the same program wherever it runs.
// socket_programs.md tells the format.

const KINDS = ['tcp', 'tcp', 'unix'];
const SIZES = [1, 2, 3, 7, 100, 1000, 16383, 16384, 16385, 65536, 200000, 3000000];
const TEXTS = ['a', 'bc', 'hello', '', 'é', '€uro', 'x😀y', '6162', 'YWJj', 'zzz\n'];
const ENCODINGS = ['utf8', 'utf8', 'hex', 'latin1', 'utf16le', 'base64', 'ascii'];
// What is no chunk, and encodings that are none, by name: see badChunk() in socket_runner.js.
const BAD_CHUNKS = ['null', 'undefined', 'number', 'boolean', 'object', 'array', 'view', 'floats', 'memory', 'empty'];
const BAD_ENCODINGS = [null, null, 'utf8', 'bogus', 'buffer', 5];
const EVENTS = [
  [8, 'data'], [4, 'readable'], [3, 'end'], [3, 'finish'], [2, 'drain'], [3, 'close'], [2, 'error'], [2, 'connect'],
  [1, 'ready'], [0.5, 'pipe'], [0.5, 'unpipe'], [0.5, 'pause'], [0.5, 'resume'], [0.5, 'prefinish'], [0.3, 'timeout'],
];

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
    const random = makeRandom(Math.imul(seed, 2654435761) ^ 0x2545f491);
    for (let i = 0; i < 8; i++) random();
    this.random = random;
    this.ids = 0;
    this.errors = 0;
    this.heard = [];
    // Most programs treat their sockets gently: what is torn down early shows little.
    this.harm = this.chance(0.3) ? 1 : 0.15;
  }

  below(n) { return Math.floor(this.random() * n); }
  chance(p) { return this.random() < p; }
  pick(list) { return list[this.below(list.length)]; }
  weighted(pairs) {
    let at = this.random() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of pairs) {
      at -= weight;
      if (at < 0) return value;
    }
    return pairs[pairs.length - 1][1];
  }
  side() { return this.chance(0.5) ? 'c' : 's'; }
  chunk() {
    if (this.chance(0.04)) {
      const kind = this.pick(BAD_CHUNKS);
      const encoding = this.pick(BAD_ENCODINGS);
      // Node 20 refuses a text as bytes, and takes it for a write that is under way for ever.
      return ['x', kind, kind === 'empty' && encoding === 'buffer' ? 'utf8' : encoding];
    }
    if (this.chance(0.5)) return ['b', this.pick(this.chance(0.8) ? SIZES.slice(0, 8) : SIZES)];
    if (this.chance(0.7)) return ['t', this.pick(TEXTS)];
    const encoding = this.pick(ENCODINGS);
    // Node 20 aborts when it gathers hex of an odd length, and guesses how much text is that is no base64.
    if (encoding === 'hex' || encoding === 'base64') return ['t', this.pick(['6162', '', '00ff10ab']), encoding];
    return ['t', this.pick(TEXTS), encoding];
  }

  // --- Steps ---------------------------------------------------------------------------------------------------------

  steps(max, depth) { return Array.from({ length: this.below(max + 1) }, () => this.step(depth)); }

  step(depth) {
    if (depth < 3 && this.chance(0.06)) return [this.pick(['tick', 'microtask', 'immediate']), this.steps(3, depth + 1)];
    if (this.chance(0.06)) return this.serverStep(depth);
    if (this.chance(0.02 * this.harm)) return ['throw', `T${this.errors++}`];
    const p = this.side();
    const op = this.weighted([
      [9, 'write'], [3 * this.harm + 0.7, 'end'], [1.2 * this.harm, 'destroy'], [0.6 * this.harm, 'resetAndDestroy'],
      [0.5 * this.harm, 'destroySoon'], [1.2, 'cork'], [1.6, 'uncork'], [2, 'pause'], [3, 'resume'], [2, 'read'],
      [1, 'readN'], [1, 'unshift'], [0.5, 'setEncoding'], [0.3, 'setDefaultEncoding'], [0.6, 'setTimeout'],
      [0.5, 'setNoDelay'], [0.5, 'setKeepAlive'], [0.4, 'ref'], [0.4, 'unref'], [1.2, 'pipe'], [0.6, 'unpipe'],
      [0.5, 'allowHalfOpen'], [7, 'on'], [1.2, 'off'], [0.3, 'removeAll'], [0.5, 'finished'], [0.4, 'address'],
      [p === 'c' ? 0.6 : 0, 'connect'],
    ]);
    switch (op) {
      case 'write': return ['write', p, this.chunk(), this.callback(depth)];
      case 'end': return ['end', p, this.chance(0.4) ? this.chunk() : null, this.callback(depth)];
      case 'destroy': return ['destroy', p, this.chance(0.4) ? `E${this.errors++}` : null];
      case 'readN': return ['read', p, this.pick([0, 1, 1, 2, 3, 5, 100, 20000])];
      case 'read': return ['read', p, null];
      case 'unshift': return ['unshift', p, ['t', this.pick(['a', 'bc', 'hello', ''])]];
      case 'setEncoding': return [op, p, this.pick(ENCODINGS)];
      case 'setDefaultEncoding': return [op, p, this.pick(['utf8', 'latin1', 'utf16le', 'ascii'])];
      case 'setTimeout': return ['setTimeout', p, this.pick([0, 100000, 200000]), this.chance(0.5)];
      case 'setNoDelay': return ['setNoDelay', p, this.chance(0.5)];
      case 'setKeepAlive': return ['setKeepAlive', p, this.chance(0.5), this.pick([0, 1000, 5000])];
      case 'pipe': return this.pipe(p);
      case 'unpipe': return ['unpipe', p, this.pick([null, 'c', 's', 'j'])];
      case 'allowHalfOpen': return ['allowHalfOpen', p, this.chance(0.5)];
      case 'on': return this.on(p, depth);
      case 'off': return this.heard.length > 0 ? ['off', ...this.pick(this.heard)] : ['resume', p];
      case 'removeAll': return ['removeAll', p, this.pick(['data', 'readable', 'end', 'finish', 'drain', 'close'])];
      case 'finished': return ['finished', p, this.pick(['both', 'readable', 'writable'])];
      default: return [op, p];
    }
  }

  serverStep(depth) {
    switch (this.pick(['close', 'getConnections', 'getConnections', 'ref', 'unref', 'address', 'maxConnections', 'on'])) {
      case 'close': return ['serverClose'];
      case 'getConnections': return ['getConnections', this.callback(depth)];
      case 'ref': return ['serverRef', true];
      case 'unref': return ['serverRef', false];
      case 'address': return ['serverAddress'];
      case 'maxConnections': return ['maxConnections', this.pick([1, 2, 5])];
      default: return this.on(this.side(), depth);
    }
  }

  // Only the client is there.
  earlySteps() {
    this.side = () => 'c';
    const steps = this.steps(4, 1);
    delete this.side;
    return steps;
  }

  callback(depth) {
    if (!this.chance(0.5)) return null;
    return depth < 3 && this.chance(0.3) ? this.steps(3, depth + 1) : [];
  }

  // To itself (an echo), to the other's stream of JavaScript (j) or to the other; never round.
  pipe(p) {
    const to = this.weighted([[3, p], [2, 'j'], [0, '']]);
    if (to === p && this.echo !== undefined && this.echo !== p) return ['pipe', p, 'j', true];
    if (to === p) this.echo = p;
    return ['pipe', p, to, this.chance(0.8)];
  }

  on(p, depth) {
    const event = this.weighted(EVENTS);
    const id = this.ids++;
    this.heard.push([p, event, id]);
    let steps = [];
    if (event === 'readable' && this.chance(0.7)) steps = [['read', p, this.chance(0.7) ? null : 1 + this.below(4)]];
    if (depth < 3 && this.chance(0.5)) steps.push(...this.steps(3, depth + 1));
    const bytes = event === 'data' && this.chance(0.4) ? this.pick([5, 1000, 16384, 40000]) : null;
    return ['on', p, event, id, this.weighted([[6, 0], [2, 1], [1, 2]]), bytes ?? 1 + this.below(2), bytes !== null, steps];
  }

  options() {
    const options = {};
    if (this.chance(0.35)) options.allowHalfOpen = true;
    if (this.chance(0.15)) options.highWaterMark = this.pick([1, 100, 5000, 65536]);
    if (this.chance(0.1)) options.noDelay = true;
    if (this.chance(0.1)) options.keepAlive = true;
    return options;
  }

  program() {
    const program = { seed: this.seed, kind: this.pick(KINDS), server: this.options(), client: this.options() };
    if (this.chance(0.12)) program.server.pauseOnConnect = true;
    program.silent = this.chance(0.15);
    // Before connect() is called at all.
    program.early = this.chance(0.25) ? this.earlySteps() : [];
    program.before = this.steps(4, 0);
    program.accepted = this.steps(4, 0);
    // Half of what comes is read from early on, or nothing would move.
    for (const p of ['c', 's']) {
      if (!this.chance(0.6)) continue;
      const how = this.weighted([[4, 'on'], [2, 'pipe'], [2, 'resume']]);
      const list = p === 'c' ? program.before : program.accepted;
      if (how === 'on') list.push(['on', p, 'data', this.ids++, 0, 1, false, this.steps(2, 1)]);
      else if (how === 'pipe') list.push(this.pipe(p));
      else list.push(['resume', p]);
    }
    program.turns = Array.from({ length: 2 + this.below(5) }, () => {
      const steps = this.steps(4, 0);
      if (steps.length === 0) steps.push(this.step(0));
      return steps;
    });
    return program;
  }
}

module.exports = { generate: (seed) => new Generator(seed).program() };
