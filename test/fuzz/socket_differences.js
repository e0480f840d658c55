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
    if (/ (?:destroyed|readableAborted)=true/.test(line)) failing.add(name);
    if (mark === ':' && failing.has(name)) line = line.replace(/ bytesWritten=\S+/, '');
    if (line !== `${name} :`) out.push(line);
  }
  return out;
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
    name: 'read-ahead',
    reason: 'How much a paused socket has read ahead goes by the size of the reads, which is the memory given to them.',
    apply: without(['bytesRead', 'readableLength']),
  },
];
