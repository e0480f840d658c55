'use strict';
// Runs one stream program in Node's own stream classes and gives back its trace: lines of what happened, in order. The
// C++ twin is program_runner.cc; both must stay the same word for word. The format of a program is told in README.md.

const stream = require('stream');

const EVENTS = ['data', 'readable', 'pause', 'resume', 'end', 'drain', 'pipe', 'unpipe', 'prefinish', 'finish', 'error',
  'close'];
// Always listened to, as they change nothing; 'data' and 'readable' are for the program itself to hear.
const WATCHED = ['pause', 'resume', 'end', 'drain', 'pipe', 'unpipe', 'prefinish', 'finish', 'error', 'close'];
const READABLE_EVENTS = new Set(['data', 'readable', 'pause', 'resume', 'end', 'error', 'close']);
const WRITABLE_EVENTS = new Set(['drain', 'pipe', 'unpipe', 'prefinish', 'finish', 'error', 'close']);
// A Duplex of Node 20 has not got this one.
const writableAborted = Object.getOwnPropertyDescriptor(stream.Writable.prototype, 'writableAborted').get;
const MAX_LINES = 3000; // a program that goes on and on is cut here

const makeError = (code) => Object.assign(new Error(code), { code });
const codeOf = (error) => (error == null ? 'null' : String(error.code ?? error.message));

// ASCII as it is, all other UTF-16 units by number: lone surrogates stay visible.
function escaped(text) {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += unit >= 0x20 && unit < 0x7f && unit !== 0x5c ? text[i] : '\\' + unit.toString(16).padStart(4, '0');
  }
  return out;
}
const shownText = (text) => `'${escaped(text)}' ${text.length}`;
const shownBytes = (bytes) => `<${bytes.toString('hex')}>`;

// A chunk of a program: ["t", text], ["t", text, encoding] or ["b", hex].
const chunkOf = (chunk) => (chunk[0] === 't' ? [chunk[1], chunk[2]] : [Buffer.from(chunk[1], 'hex'), undefined]);

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
      // A read() within doRead() took what the outer one had counted on: Node counts it twice.
      if (s.readableSide && s.stream.readableLength < 0) this.known('negativeLength');
      if (s.readableSide && s.brokenList()) this.known('fromList');
      if (s.writableSide && s.leakedDrain()) this.known('pipeDrain');
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
    if (when === 'now') task();
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

class Scripted {
  constructor(runner, description, name) {
    this.runner = runner;
    this.name = name;
    this.kind = description.kind;
    this.readableSide = this.kind !== 'W';
    this.writableSide = this.kind !== 'R';
    this.script = structuredClone(description); // it is used up
    this.held = {};
    this.listeners = new Map();
    this.stream = this.make(description);
    this.fields = this.stateFields();
    this.seen = [];
    this.ops = this.makeOps();
    for (const event of WATCHED) this.watch(event);
  }

  hasEvent(event) {
    return (this.readableSide && READABLE_EVENTS.has(event)) || (this.writableSide && WRITABLE_EVENTS.has(event));
  }
  watch(event) {
    if (this.hasEvent(event)) this.stream.on(event, (...args) => this.sayEvent('', event, args));
  }
  sayEvent(id, event, args) {
    let text = `${this.name} ${event}${id}`;
    if (event === 'data') text += ` ${this.shownData(args[0])}`;
    else if (event === 'error') text += ` ${codeOf(args[0])}`;
    else if (event === 'pipe' || event === 'unpipe') text += ` ${this.nameOf(args[0])}`;
    else if (event === 'newListener' || event === 'removeListener') text += ` ${args[0]}`;
    this.runner.say(text);
  }
  nameOf(other) {
    return this.runner.streams.find((s) => s.stream === other).name;
  }
  shownData(data) {
    if (data === null) return 'null';
    if (typeof data === 'string') return shownText(data);
    // What was put in as bytes after setEncoding() is text as well, to us.
    return this.stream.readableEncoding ? shownText(data.toString()) : shownBytes(data);
  }

  // --- What the stream is made of ------------------------------------------------------------------------------------

  make(description) {
    const options = { ...description.options };
    const say = (text) => this.runner.say(`${this.name} ${text}`);
    const take = (what) => (this.script[what] ??= []).shift();

    if (this.readableSide && !'TP'.includes(this.kind)) {
      options.read = (size) => {
        say(`doRead ${size}`);
        const [when, chunks, error] = take('read') ?? ['hold', []];
        this.runner.schedule(when, this, 'read', (asked) => this.give(chunks, asked ?? error));
      };
    }
    const sayWrite = (text) => {
      // While it tells the queue of an error Node may begin to write that same queue.
      if (this.runner.failing > 0 && this.stream.errored) this.runner.known('writeWhileFailing');
      say(text);
    };
    const answerWrite = (done) => {
      const [when, error, times] = take('write') ?? ['now', null, 1];
      this.runner.schedule(when, this, 'write', (asked) => {
        const code = asked ?? error;
        for (let i = 0; i < (times ?? 1); i++) done(code == null ? null : makeError(code));
      });
    };
    if (this.writableSide && !'TP'.includes(this.kind)) {
      options.write = (chunk, encoding, done) => {
        sayWrite(`doWrite ${shownBytes(chunk)}`);
        answerWrite(done);
      };
      if (description.writev) {
        options.writev = (chunks, done) => {
          sayWrite(`doWritev ${chunks.map(({ chunk }) => shownBytes(chunk)).join(' ')}`);
          answerWrite(done);
        };
      }
      if (description.final) {
        options.final = (done) => {
          say('doFinal');
          const [when, error, times] = description.final;
          this.runner.schedule(when, this, 'final', (asked) => {
            const code = asked ?? error;
            for (let i = 0; i < (times ?? 1); i++) done(code == null ? null : makeError(code));
          });
        };
      }
    }
    if (this.kind === 'T') {
      options.transform = (chunk, encoding, done) => {
        sayWrite(`doTransform ${shownBytes(chunk)}`);
        const [when, chunks, error, last] = take('transform') ?? ['now', [], null, ['b', chunk.toString('hex')]];
        this.runner.schedule(when, this, 'transform', (asked) => this.transformed(done, chunks, asked ?? error, last));
      };
      if (description.flush) {
        options.flush = (done) => {
          say('doFlush');
          const [when, chunks, error, last] = description.flush;
          this.runner.schedule(when, this, 'flush', (asked) => this.transformed(done, chunks, asked ?? error, last));
        };
      }
    }
    if (description.destroy) {
      options.destroy = (error, done) => {
        say(`doDestroy ${codeOf(error)}`);
        const [when, answer] = description.destroy;
        this.runner.schedule(when, this, 'destroy', () => {
          done(answer === 'same' ? error : answer == null ? null : makeError(answer));
        });
      };
    }
    if (description.construct) {
      options.construct = (done) => {
        say('doConstruct');
        const [when, error, times] = description.construct;
        this.runner.schedule(when, this, 'construct', (asked) => {
          const code = asked ?? error;
          for (let i = 0; i < (times ?? 1); i++) done(code == null ? null : makeError(code));
        });
      };
    }
    const { Readable, Writable, Duplex, Transform, PassThrough } = stream;
    return new ({ R: Readable, W: Writable, D: Duplex, T: Transform, P: PassThrough })[this.kind](options);
  }

  // The source's answer: chunks (null is the end), then perhaps an error.
  give(chunks, error) {
    for (const chunk of chunks) this.push(chunk);
    if (error != null) this.stream.destroy(makeError(error));
  }
  push(chunk) {
    this.runner.say(`${this.name} push`);
    const result = chunk === null ? this.stream.push(null) : this.stream.push(...chunkOf(chunk));
    this.runner.say(`${this.name} pushed ${result}`);
  }
  transformed(done, chunks, error, last) {
    for (const chunk of chunks) this.push(chunk);
    if (error != null) done(makeError(error));
    else if (last == null) done();
    else done(null, chunkOf(last)[0]);
  }

  // --- What is looked at ---------------------------------------------------------------------------------------------

  stateFields() {
    const fields = ['destroyed', 'closed', 'errored'];
    if (this.readableSide) {
      fields.push('readable', 'readableLength', 'readableFlowing', 'readableEnded', 'readableAborted',
        'readableDidRead', 'isPaused', 'readableHighWaterMark', 'readableEncoding');
    }
    if (this.writableSide) {
      fields.push('writable', 'writableLength', 'writableNeedDrain', 'writableEnded', 'writableFinished',
        'writableCorked', 'writableAborted', 'writableHighWaterMark');
    }
    for (const event of EVENTS) {
      // A Transform of Node listens to its own 'prefinish'.
      if (this.hasEvent(event) && event !== 'prefinish') fields.push(`listeners(${event})`);
    }
    return fields;
  }
  state() {
    const s = this.stream;
    const values = [s.destroyed, s.closed, codeOf(s.errored)];
    if (this.readableSide) {
      values.push(s.readable, s.readableLength, s.readableFlowing, s.readableEnded, s.readableAborted,
        s.readableDidRead, s.isPaused(), s.readableHighWaterMark, s.readableEncoding ?? 'null');
    }
    if (this.writableSide) {
      values.push(s.writable, s.writableLength, s.writableNeedDrain, s.writableEnded, s.writableFinished,
        s.writableCorked, writableAborted.call(s), s.writableHighWaterMark);
    }
    for (const event of EVENTS) {
      if (this.hasEvent(event) && event !== 'prefinish') values.push(s.listenerCount(event));
    }
    return values;
  }
  // fromList() compares with the length of the list where it means that of the text: it may take too much, or leave an
  // empty string in the list.
  brokenList() {
    const state = this.stream._readableState;
    if (!state.decoder) return false;
    let length = 0;
    for (let i = state.bufferIndex; i < state.buffer.length; i++) {
      if (state.buffer[i].length === 0) return true;
      length += state.buffer[i].length;
    }
    return length !== state.length;
  }

  // A pipe that was undone within its own write() leaves a 'drain' listener behind.
  leakedDrain() {
    const listeners = this.stream.listeners('drain').filter((f) => f.name === 'pipeOnDrainFunctionResult').length;
    if (listeners === 0) return false;
    let pipes = 0;
    for (const { readableSide, stream: other } of this.runner.streams) {
      if (readableSide) pipes += other._readableState.pipes.filter((to) => to === this.stream).length;
    }
    return listeners > pipes;
  }

  // --- Steps ---------------------------------------------------------------------------------------------------------

  makeOps() {
    const s = this.stream;
    const runner = this.runner;
    return {
      push: (chunk) => s.push(...chunkOf(chunk)),
      pushEnd: () => s.push(null),
      read: (n) => this.shownData(n === undefined ? s.read() : s.read(n)),
      readAll: () => {
        for (let i = 0; i < 20; i++) {
          const data = s.read();
          if (data === null) break;
          runner.say(`${this.name} gave ${this.shownData(data)}`);
        }
      },
      unshift: (chunk) => {
        const [data, encoding] = chunkOf(chunk);
        if (s.readableEncoding && typeof data !== 'string' && data.length > 0 && s.readable) {
          // All ASCII it is the same as text, until setEncoding() is called again.
          if (data.some((byte) => byte > 0x7f)) runner.known('bytesInText');
          this.bytesInText = true;
        }
        return s.unshift(data, encoding);
      },
      pause: () => void s.pause(),
      resume: () => void s.resume(),
      setEncoding: (encoding) => {
        if (this.bytesInText) runner.known('bytesInText');
        s.setEncoding(encoding);
      },
      setDefaultEncoding: (encoding) => void s.setDefaultEncoding(encoding),
      setAllowHalfOpen: (allow) => void (s.allowHalfOpen = allow),
      write: (chunk, steps) => s.write(...chunkOf(chunk), runner.callback(steps)),
      end: (chunk, steps) => {
        const callback = runner.callback(steps);
        const answered = s.writableEnded || (s.destroyed && chunk != null);
        if (chunk == null) s.end(callback);
        else s.end(...chunkOf(chunk), callback);
        if (callback && !answered && s.destroyed && !s.errored && !s.writableFinished) runner.known('endForgotten');
      },
      cork: () => void s.cork(),
      uncork: () => void s.uncork(),
      destroy: (code) => void (code == null ? s.destroy() : s.destroy(makeError(code))),
      pipe: (to, end) => void s.pipe(runner.streams[to].stream, { end }),
      unpipe: (to) => void (to == null ? s.unpipe() : s.unpipe(runner.streams[to].stream)),
      on: (event, id, how, n, steps) => this.listen(event, id, how, n, steps),
      off: (event, id) => {
        const listener = this.listeners.get(id);
        if (listener !== undefined) s.off(event, listener);
      },
      removeAll: (event) => {
        if (event == null) s.removeAllListeners();
        else s.removeAllListeners(event);
        // An unheard 'error' is another matter than this test's.
        if (event == null) this.watch('error');
      },
      answer: (what, error) => {
        const task = (this.held[what] ?? []).shift();
        if (task === undefined) return 'nothing';
        return void task(error);
      },
    };
  }

  // how: 0 on, 1 once, 2 prepend, 3 prepend once. The steps run at the n-th call.
  listen(event, id, how, n, steps) {
    let calls = 0;
    const listener = (...args) => {
      if (typeof args[0] === 'symbol') return;
      this.sayEvent(`#${id}`, event, args);
      if (++calls === n) this.runner.steps(steps);
    };
    this.listeners.set(id, listener);
    this.stream[['on', 'once', 'prependListener', 'prependOnceListener'][how]](event, listener);
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
