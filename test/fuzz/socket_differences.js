'use strict';
// Where traces of socket programs may part from Node's, and why. `apply` takes both traces and gives what is to be
// compared instead; they are tried one after the other, each on top of those before it.

const without = (fields) => {
  const field = new RegExp(` (?:${fields.join('|')})=\\S+`, 'g');
  const strip = (trace) => trace.map((line) => line.replace(/^(\w+) :(.*)$/, (_, name, changes) =>
    `${name} :${changes.replace(field, '')}`)).filter((line) => !/^\w+ :$/.test(line));
  return (program, node, ours) => [strip(node), strip(ours)];
};

// From where a socket is failing on; at its 'close' all is told, and what it says then is compared.
function withoutLost(trace) {
  const failing = new Set();
  const written = new Map();
  const out = [];
  for (let line of trace) {
    const [name, mark, what] = line.split(' ');
    if (/ (?:destroyed=true|readableAborted=true|readyState=closed)/.test(line)) failing.add(name);
    const [field, bytes] = (mark === ':' && / bytesWritten=(\S+)/.exec(line)) || [];
    if (field !== undefined) written.set(name, bytes);
    if (field !== undefined && failing.has(name)) line = line.replace(field, '');
    if (mark === 'close' && !/^\d+$/.test(what)) line += ` written ${written.get(name)}`;
    if (line !== `${name} :`) out.push(line);
    if (mark === '>' && what === 'connect') failing.delete(name);
  }
  return out;
}

// readableFlowing of a socket that has ended or is destroyed.
function withoutFlowAtClose(trace) {
  const gone = new Set();
  return trace.flatMap((line) => {
    const [name, mark] = line.split(' ');
    if (/ (?:destroyed|readableEnded)=true/.test(line)) gone.add(name);
    if (mark === ':' && gone.has(name)) line = line.replace(/ readableFlowing=false/, '');
    return line === `${name} :` ? [] : [line];
  });
}

// --- Up to a moment ------------------------------------------------------------------------------------------------------
//
// Where one event sets two programs on different ways, what came before it is compared all the same: every turn of the
// program before the event's, and of that turn what the event's own peer had said. (What other peers said in it may have
// come before or after: a trace is in order for each peer only.)

// The lines with the turn of each. A peer is told of the turns that begin ("-- n") from its first line on.
function inTurns(trace) {
  const peers = new Map();
  for (const line of trace) {
    const name = line.split(' ', 1)[0];
    if (!peers.has(name)) peers.set(name, []);
    peers.get(name).push(line);
  }
  return [...peers].flatMap(([name, lines]) => {
    const begins = (line) => /^\w+ -- (\d+)$/.exec(line)?.[1];
    let turn = Number(lines.map(begins).find((number) => number !== undefined) ?? Infinity) - 1;
    return lines.map((line) => ({ name, line, turn: turn = Number(begins(line) ?? turn) }));
  });
}

// Both traces up to the line at `index` of one of them.
function upTo(index, of, traces) {
  const told = inTurns(of);
  const { name, turn } = told[index];
  const before = told.slice(0, index).filter((entry) => entry.name === name && entry.turn === turn);
  // What has changed is said together with the next event, which may be another.
  while (before.at(-1)?.line.startsWith(`${name} :`)) before.pop();
  return traces.map((trace) => {
    let left = before.length;
    return inTurns(trace).filter((entry) => entry.turn < turn || (entry.turn === turn && entry.name === name && left-- > 0))
      .map(({ line }) => line);
  });
}

// The index of the last line before `index` that `is` says so of.
const lastBefore = (trace, index, is) => trace.slice(0, index).findLastIndex(is);

// Where a socket connects again, while `is` says so of how long its queue of what was read is.
function reconnect(trace, is) {
  let length = 0;
  for (const [index, line] of trace.entries()) {
    length = Number(/^c :.* readableLength=(\d+)/.exec(line)?.[1] ?? length);
    if (line === 'c > connect' && trace.indexOf('c < connect itself', index) > 0 && is(length)) return index;
  }
  return -1;
}

const isConnect = (line) => line === 'c > connect' || line === 'c connect()';

// Where a destroyed socket connects whose 'error' or 'close' is still to come; -1: nowhere.
function lateError(program, node) {
  let began = -1;
  let reopened = false;
  let destroyed = false;
  for (const [index, line] of node.entries()) {
    if (isConnect(line)) [began, reopened] = [index, destroyed];
    if (line === 'c connect()' && destroyed) return began;
    destroyed = /^c :.* destroyed=(\w+)/.exec(line)?.[1] === 'true' || (destroyed && !/^c :.* destroyed=/.test(line));
    if (/^c :.* destroyed=false/.test(line) && began >= 0) reopened = true;
    // The answer to what the connection before had begun.
    const old = /^c (?:close undefined|error (?:ECANCELED|ERR_SOCKET_CLOSED_BEFORE_CONNECTION))/.test(node[index + 1] ?? '');
    if (reopened && old) return began;
    if (/^c :.* destroyed=true/.test(line) || line === 'c connect') reopened = false;
    if (!reopened) continue;
    // Where nobody listens it is not seen; but before the first connection it is always so.
    if (/^c (?:error|close)/.test(line) || (program.silent && node[began] === 'c connect()')) return began;
  }
  return -1;
}

const thrown = (trace) => trace.filter((line) => /^process (?:uncaught|threw)/.test(line));

module.exports = [
  {
    name: 'K27',
    reason: 'Queued text counts in bytes; Node counts its characters until it is encoded (writableLength, bufferSize).',
    apply: without(['writableLength']),
  },
  {
    name: 'lost-bytes',
    reason: 'bytesWritten counts what is queued. Node takes what a destroy or a failed write threw away off when the ' +
      'callbacks are told, ours when it is thrown away.',
    apply: (program, node, ours) => [withoutLost(node), withoutLost(ours)],
  },
  {
    name: 'lone-text',
    reason: 'Node does not count (bytesWritten) a text of up to 16 KiB that fails when it is written alone. Ours does if ' +
      'that text had waited, corked or for the connection.',
    apply: (program, node, ours) => {
      if (!/"(?:write|end)","[cs]",\["[tx]"/.test(JSON.stringify(program))) return [node, ours];
      const written = (line) => Number(/ close true written (\d+)$/.exec(line)?.[1] ?? NaN);
      return [node, ours.map((line, i) => {
        const more = written(line) - written(node[i] ?? '');
        return more > 0 && more <= 16384 ? node[i] : line;
      })];
    },
  },
  {
    name: 'address-asked',
    reason: 'While it connects Node remembers the first answer of address(). Ours asks the system each time.',
    apply: (program, node, ours) => [node, ours.map((line, i) => (/^c < address /.test(line) &&
      /^c < address string 0 /.test(node[i]) ? node[i] : line))],
  },
  {
    name: 'throw',
    reason: 'An exception in a callback ends what Node was doing in JavaScript at that moment: after one in the callback of ' +
      'a write that waited for the connection there is no ready and no read. Ours goes on.',
    apply: (program, node, ours) => (node.some((line) => /^process (?:uncaught|threw) T/.test(line)) ?
      [thrown(node), thrown(ours)] : [node, ours]),
  },
  {
    name: 'no-end-listener',
    reason: "That a write after the peer's end says EPIPE hangs in Node on a listener of 'end', which removeAllListeners() " +
      'takes away.',
    apply: (program, node, ours) => (/"removeAll","[cs]","end"/.test(JSON.stringify(program)) ?
      [node, ours].map((trace) => trace.map((line) => line.replace(/ (?:EPIPE|ERR_STREAM_WRITE_AFTER_END)$/, ' late'))) :
      [node, ours]),
  },
  {
    name: 'reconnect',
    reason: 'Corks, with what they hold, and a drain that is owed end with the connection. Node keeps them for the next.',
    apply: (program, node, ours) => (node.includes('c < connect itself') ?
      without(['writableCorked', 'writableNeedDrain', 'bytesWritten'])(program, node, ours)
        .map((trace) => trace.map((line) => line.replace(/^(c close \w+) written \d+$/, '$1'))) : [node, ours]),
  },
  {
    name: 'end-forgotten',
    reason: 'The callback of an end() after destroy() is never called by Node, or when the next connection of the same ' +
      'socket ends. Ours on Node is never called.',
    apply: (program, node, ours) => (node.includes('c < connect itself') ?
      [node.filter((line) => ours.includes(line) || !/ callback \d+ of end /.test(line)), ours] : [node, ours]),
  },
  {
    name: 'reset-failed',
    reason: 'A reset that fails (EINVAL: the FIN is under way) leaves the connection open in Node, which forgets its handle: ' +
      'there is no close, the peer hears nothing, and a pipe swallows the error. Ours closes it.',
    apply: (program, node, ours) => {
      const failed = inTurns(ours).filter(({ line }) => / EINVAL$/.test(line));
      const turn = Math.min(...failed.map((entry) => entry.turn));
      const index = inTurns(ours).findIndex((entry) => entry.turn === turn && entry.line.endsWith(' > resetAndDestroy'));
      return index < 0 ? [node, ours] : upTo(index, ours, [node, ours]);
    },
  },
  {
    name: 'reconnect-unread',
    reason: 'What was put back by unshift() and not read ends with the connection. Node keeps it for the next one.',
    apply: (program, node, ours) => {
      const index = reconnect(node, (length) => length > 0);
      return index < 0 || !node.includes('c < unshift true') ? [node, ours] : upTo(index, node, [node, ours]);
    },
  },
  {
    name: 'last-life',
    reason: 'What a socket was asked for and that waited for a connection which did not come (write(), end(), ' +
      'destroySoon(), resetAndDestroy(), unref()) acts in Node on the next one: its bytes, FIN or RST at connect. Ours ends with its own attempt.',
    apply: (program, node, ours) => {
      let waits = false;
      let again = false;
      let connecting = false;
      let kept = false;
      for (const [index, line] of node.entries()) {
        connecting = /^c :.* connecting=(true|false)/.exec(line)?.[1] === 'true' || (connecting && !/ connecting=false/.test(line));
        if (/^c > (?:end|destroySoon|resetAndDestroy|unref)/.test(line)) waits = true;
        if (line === 'c > write' && connecting) waits = kept = true;
        if (/^c :.* destroyed=true/.test(line) && waits) again = true;
        // Where nobody listens the next connection may be gone before it is seen.
        if (program.silent && again && line === 'c > connect') return upTo(index, node, [node, ours]);
        if (!/^c :.* pending=false/.test(line)) continue;
        // Bytes count from the beginning.
        if (again) return upTo(kept ? lastBefore(node, index, isConnect) : index, node, [node, ours]);
        waits = kept = false;
      }
      return [node, ours];
    },
  },
  {
    name: 'late-error',
    reason: 'The error and close of a destroy() or a refused write() come on the next tick, and in Node mark or destroy ' +
      'the connection that connect() has begun in between, too (no finish, close twice). Ours are of the one before.',
    apply: (program, node, ours) => {
      const began = lateError(program, node);
      return began < 0 ? [node, ours] : upTo(began, node, [node, ours]);
    },
  },
  {
    name: 'pipe-undone',
    reason: 'A pipe between our sockets is undone when one of them closes; Node does it in a listener of its own, after the ' +
      "program's earlier ones.",
    apply: (program, node, ours) => [node, ours].map(withoutFlowAtClose)
      .map((trace) => trace.filter((line) => !/^\w+ unpipe$/.test(line))),
  },
  {
    name: 'bytes-in-text',
    reason: 'unshift(Buffer) after setEncoding() puts bytes among the text in Node. Ours takes them as UTF-8 text.',
    apply: (program, node, ours) => (/"unshift"/.test(JSON.stringify(program)) ?
      [node, ours].map((trace) => trace.map((line) => line.replace(/( data \S+ \d+) text/, '$1'))) : [node, ours]),
  },
  {
    name: 'read-ahead',
    reason: 'How much a paused socket has read ahead goes by the size of the reads, which is the memory given to them.',
    apply: (program, node, ours) => {
      // Then other amounts come at once, too.
      const cut = (trace) => trace.map((line) => line.replace(/ data (\S+) .*$/, ' data $1').replace(/ (?:string|object) \d+ .*$/, ' read'));
      const [a, b] = without(['bytesRead', 'readableLength'])(program, node, ours);
      const text = JSON.stringify(program);
      if (!/\["b",\d{5,}\]/.test(text)) return [a, b];
      // And what a program does at an amount of bytes it does at another moment.
      return /"readable"|"read"|"data",\d+,\d,\d{4}/.test(text) ? [[], []] : [cut(a), cut(b)];
    },
  },
  {
    name: 'uncaught-order',
    reason: 'An error that nobody hears is thrown in a tick, and Node puts the ticks behind it off. Ours runs them.',
    apply: (program, node, ours) => (program.silent && node.some((line) => line.startsWith('process uncaught')) ?
      [thrown(node), thrown(ours)] : [node, ours]),
  },
];
