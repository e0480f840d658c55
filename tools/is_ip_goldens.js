// Writes test/data/is_ip.txt: what node's net.isIP says of texts that are nearly addresses, one
// "answer text" a line. Seeded, so that it writes the same every time.
//
//   node tools/is_ip_goldens.js
'use strict';
const fs = require('fs');
const net = require('net');
const path = require('path');

let state = 20;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = (list) => list[below(list.length)];

const number = () => pick(['0', '1', '9', '10', '99', '100', '127', '199', '249', '250', '255']);
const group = () => pick(['0', '1', 'a', 'F', '10', 'ab', 'fff', 'ffff', 'FFFF', '2001', 'db8', '0000']);
const v4 = () => [number(), number(), number(), number()].join('.');
const groups = (n) => Array.from({ length: n }, group).join(':');
const makers = [
  v4,
  () => groups(8),
  () => `${groups(below(8))}::${groups(below(8))}`,
  () => `${groups(6)}:${v4()}`,
  () => `${groups(below(6))}::${v4()}`,
  () => `::ffff:${v4()}`,
  () => `fe80::${groups(1)}%${pick(['eth0', 'lo', '1', 'a.b', 'a-b', 'a:b', 'a_b', '', '%'])}`,
];
const letters = '0123456789abcdefABCDEFgGxX:.%/ -+';
const spoil = (text) => {
  const at = below(text.length + 1);
  const letter = letters[below(letters.length)];
  switch (below(4)) {
    case 0: return text.slice(0, at) + letter + text.slice(at);
    case 1: return text.slice(0, at) + text.slice(at + 1);
    case 2: return text.slice(0, at) + letter + text.slice(at + 1);
    default: return text + pick([':', '.', '::', '/24', ' ', '%', '.1', ':1', '0']);
  }
};

const lines = new Set();
while (lines.size < 2400) {
  let text = pick(makers)();
  for (let n = below(3); n > 0; --n) text = spoil(text);
  lines.add(`${net.isIP(text)} ${text}`);
}
const file = path.join(__dirname, '..', 'test', 'data', 'is_ip.txt');
fs.writeFileSync(file, [...lines].join('\n') + '\n');
