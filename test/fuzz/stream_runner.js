'use strict';
// Runs one stream program in Node's own stream classes and gives back its trace: lines of what happened, in order. The
// C++ twin is program_runner.cc with player.cc; both must stay the same word for word. README.md tells the format.

const { Scripted, codeOf } = require('./scripted_stream');

const MAX_LINES = 3000; // a program that goes on and on is cut here

class Runner {
  constructor(program, done) {
    this.program = program;
    this.done = done;
    this.trace = [];
    this.later = [];
    this.callbacks = 0;
    this.failing = 0;
    this.nextTurn = -1;
    this.over = false;
  }

  start() {
    this.turn();
  }

  // One turn of the loop: the oldest of what waits for one, else the program's next steps.
  turn() {
    try {
      if (this.nextTurn < 0) {
        this.streams = this.program.streams.map((description, i) => this.makeStream(description, i));
        this.nextTurn = 0;
      } else if (this.later.length > 0) {
        this.later.shift()();
      } else if (this.nextTurn < this.program.turns.length) {
        this.say(`-- turn ${this.nextTurn}`);
        this.steps(this.program.turns[this.nextTurn++]);
      } else {
        this.say('-- end');
        this.over = true;
        this.done(this.trace);
      }
    } finally {
      if (!this.over) setImmediate(() => this.turn());
    }
  }

  say(line) {
    this.look();
    this.put(line);
  }
  // From here on the traces may part, for a reason that differences.txt gives.
  known(name) {
    if (!this.trace.includes(`!${name}`)) this.put(`!${name}`);
  }
  put(line) {
    if (this.trace.length < MAX_LINES) this.trace.push(line);
  }

  // Every property that has changed since the last look, of every stream.
  look() {
    if (this.streams === undefined || this.trace.length >= MAX_LINES) return;
    for (const s of this.streams) {
      if (s.readableSide && s.brokenList()) this.known('fromList');
      // A read() within doRead() took what the outer one had counted on: Node counts it twice.
      if (s.readableSide && s.stream.readableLength < 0) this.known('negativeLength');
      if (s.writableSide && s.leakedDrain()) this.known('pipeDrain');
    }
    for (const s of this.streams) {
      const now = s.state();
      let line = '';
      for (let i = 0; i < now.length; i++) {
        if (now[i] !== s.seen[i]) line += ` ${s.fields[i]}=${now[i]}`;
      }
      s.seen = now;
      if (line !== '') this.put(`${s.name} :${line}`);
    }
  }

  makeStream(description, i) {
    return new Scripted(this, description, `s${i}`);
  }

  // Runs the task as the script says: now, on a tick, in a turn of its own, or when the program asks for it.
  schedule(when, s, what, task) {
    if (when === 'throw') throw Object.assign(new Error('thrown'), { code: 'thrown' });
    else if (when === 'now') task();
    else if (when === 'tick') process.nextTick(task);
    else if (when === 'turn') this.later.push(task);
    else (s.held[what] ??= []).push(task);
  }

  callback(steps) {
    if (steps == null) return undefined;
    const id = this.callbacks++;
    return (error) => {
      this.say(`callback ${id} ${codeOf(error)}`);
      if (error) this.failing++;
      this.steps(steps);
      if (error) this.failing--;
    };
  }

  steps(list) {
    for (const step of list) this.step(step);
  }

  step(step) {
    const [op, index, ...args] = step;
    if (op === 'tick') return process.nextTick(() => this.steps(index));
    if (op === 'turn') return void this.later.push(() => this.steps(index));
    const s = this.streams[index];
    this.say(`> ${s.name} ${op}`);
    try {
      const result = s.ops[op](...args);
      this.say(`< ${s.name} ${op} ${result}`);
    } catch (error) {
      this.say(`< ${s.name} ${op} threw ${codeOf(error)}`);
    }
    return undefined;
  }
}

// Gives each program's trace to `each`, one after the other; then `done` is called.
function runAll(programs, each, done) {
  const next = () => {
    const program = programs.next();
    if (program.done) return void done();
    const runner = new Runner(program.value, (trace) => {
      each(program.value, trace);
      current = null;
      setImmediate(next);
    });
    current = runner;
    runner.start();
  };
  next();
}
let current = null;
process.on('uncaughtException', (error) => {
  if (current === null) {
    console.error(error);
    process.exit(1);
  }
  current.say(`uncaught ${codeOf(error)}`);
});

module.exports = { runAll };
