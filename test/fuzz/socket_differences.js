'use strict';
// Where traces of socket programs may part from Node's, and why. `apply` takes both traces and gives what is to be
// compared instead; they are tried one after the other, each on top of those before it.

const without = (fields) => {
  const field = new RegExp(` (?:${fields.join('|')})=\\S+`, 'g');
  const strip = (trace) => trace.map((line) => line.replace(/^(\w+) :(.*)$/, (_, name, changes) =>
    `${name} :${changes.replace(field, '')}`)).filter((line) => !/^\w+ :$/.test(line));
  return (program, node, ours) => [strip(node), strip(ours)];
};

// From where a socket is failing on.
function withoutLost(trace) {
  const failing = new Set();
  const out = [];
  for (let line of trace) {
    const [name, mark] = line.split(' ');
    if (/ (?:destroyed=true|readableAborted=true|readyState=closed)/.test(line)) failing.add(name);
    if (mark === ':' && failing.has(name)) line = line.replace(/ bytesWritten=\S+/, '');
    if (line !== `${name} :`) out.push(line);
  }
  return out;
}

const kForgotten = / callback \d+ of end ERR_STREAM_DESTROYED/;
const withoutForgotten = (trace) => trace.filter((line) => !kForgotten.test(line));
const forgotten = (trace) => trace.filter((line) => kForgotten.test(line)).length;

// readableFlowing of a destroyed socket.
function withoutFlowAtClose(trace) {
  const gone = new Set();
  return trace.flatMap((line) => {
    const [name, mark] = line.split(' ');
    if (mark === ':' && gone.has(name)) line = line.replace(/ readableFlowing=false/, '');
    if (/ destroyed=true/.test(line)) gone.add(name);
    return line === `${name} :` ? [] : [line];
  });
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
    name: 'throw',
    reason: 'An exception in a callback ends what Node was doing in JavaScript at that moment: after one in the callback of ' +
      'a write that waited for the connection there is no ready and no read. Ours goes on.',
    apply: (program, node, ours) => (node.some((line) => /^process (?:uncaught|threw) T/.test(line)) ?
      [thrown(node), thrown(ours)] : [node, ours]),
  },
  {
    name: 'reconnect',
    reason: 'Corks and a drain that is owed end with the connection. Node keeps them for the next one.',
    apply: (program, node, ours) => (node.includes('c < connect itself') ?
      without(['writableCorked', 'writableNeedDrain'])(program, node, ours) : [node, ours]),
  },
  {
    name: 'end-forgotten',
    reason: 'The callback of an end() after destroy() is never called by Node, or when the next connection of the same ' +
      'socket ends. Ours is told ERR_STREAM_DESTROYED at once.',
    apply: (program, node, ours) => {
      if (forgotten(ours) > forgotten(node)) return [[], []];
      return node.includes('c < connect itself') ? [node, ours].map(withoutForgotten) : [node, ours];
    },
  },
  {
    name: 'reset-failed',
    reason: 'A reset that fails (EINVAL: the FIN is under way) leaves the connection open in Node, which forgets its handle: ' +
      'there is no close, the peer hears nothing, and a pipe swallows the error. Ours closes it.',
    apply: (program, node, ours) => (/"resetAndDestroy"/.test(JSON.stringify(program)) &&
      [...node, ...ours].some((line) => / EINVAL$/.test(line)) ? [[], []] : [node, ours]),
  },
  {
    name: 'reconnect-unread',
    reason: 'What was put back by unshift() and not read ends with the connection. Node keeps it for the next one.',
    apply: (program, node, ours) => (node.includes('c < connect itself') && /"unshift"/.test(JSON.stringify(program)) ?
      [[], []] : [node, ours]),
  },
  {
    name: 'late-error',
    reason: 'The error of a write() that is refused comes on the next tick, and in Node destroys the connection that ' +
      'connect() has begun in between, too: its close comes twice. Ours ends the connection that was written to.',
    apply: (program, node, ours) => (node.includes('c < connect itself') && node.includes('c error ERR_STREAM_WRITE_AFTER_END') &&
      node.filter((line) => line === 'c close true').length > ours.filter((line) => line === 'c close true').length ?
      [[], []] : [node, ours]),
  },
  {
    name: 'pipe-undone',
    reason: 'A pipe between our sockets is undone when one of them closes; Node does it in a listener of its own, after the ' +
      "program's earlier ones.",
    apply: (program, node, ours) => [node, ours].map(withoutFlowAtClose),
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
];
