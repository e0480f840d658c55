'use strict';
// One stream of a program in Node: what its source and sink do by the script, what is looked at, and the steps. Twins:
// player.cc, player_script.cc.

const stream = require('stream');

const EVENTS = ['data', 'readable', 'pause', 'resume', 'end', 'drain', 'pipe', 'unpipe', 'prefinish', 'finish', 'error',
  'close'];
// Always listened to, as they change nothing; 'data' and 'readable' are for the program itself to hear.
const WATCHED = ['pause', 'resume', 'end', 'drain', 'pipe', 'unpipe', 'prefinish', 'finish', 'error', 'close'];
const READABLE_EVENTS = new Set(['data', 'readable', 'pause', 'resume', 'end', 'error', 'close']);
const WRITABLE_EVENTS = new Set(['drain', 'pipe', 'unpipe', 'prefinish', 'finish', 'error', 'close']);
// A Duplex of Node 20 has not got this one.
const writableAborted = Object.getOwnPropertyDescriptor(stream.Writable.prototype, 'writableAborted').get;
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
        // What is not a whole character or group is never given.
        if (s._readableState.ended && s._readableState.decoder.lastNeed > 0) {
          runner.known('undecodedEnd');
        }
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

module.exports = { Scripted, codeOf };
