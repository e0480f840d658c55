// Random block lists for block_list_node_test.cc, and what this Node's net.BlockList says of them, a
// line each:
//   list | a FAMILY ADDRESS | r FAMILY START END | s FAMILY NETWORK PREFIX     add (then its error, or -)
//   c FAMILY ADDRESS 0|1     check    R RULE     one of `rules`, in order
// node block_list_cases.js SEED LISTS
'use strict';

const net = require('net');

let state = Number(process.argv[2]) >>> 0;
const random = (n) => {  // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) % n;
};
const pick = (list) => list[random(list.length)];

// Few values, so that rules and questions meet; each bit of an address is in reach.
const v4 = () => {
  const bytes = pick([[10, 0, 0, 0], [10, 0, 0, 255], [127, 255, 255, 255], [128, 0, 0, 0]]).slice();
  if (random(2)) bytes[random(4)] = pick([0, 1, 127, 128, 255]);
  if (random(3) === 0) bytes[3] = random(256);
  return bytes.join('.');
};
const v6 = () => {
  if (random(3) === 0) return '::ffff:' + v4();
  if (random(8) === 0) return pick(['::', '64:ff9b::', '2002::', '::fffe:', '::1:']) + v4();
  const groups = pick([[0, 0, 0, 0, 0, 0xffff, 0x0a00, 0], [0, 0, 0, 0, 0, 0xfffe, 0, 0],
                       [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0],
                       [0x2001, 0xdb8, 0, 0xffff, 0, 0, 0, 0]]).slice();
  if (random(2)) groups[random(8)] = pick([0, 1, 0x7fff, 0x8000, 0xffff]);
  if (random(3) === 0) groups[7] = random(65536);
  return groups.map((g) => g.toString(16)).join(':');
};
const bad = () => pick(['', 'x', '1.2.3', '256.1.1.1', '01.1.1.1', ':::', '1::2::3', '::1%lo', '::%']);
const address = (family) => {
  if (random(40) === 0) return bad();
  if (random(40) === 0) return family.endsWith('4') ? v6() : v4();
  return family.endsWith('4') ? v4() : v6();
};
const family = () => pick(['ipv4', 'ipv6', 'ipv4', 'ipv6', 'IPv4', 'IPV6']);

const lines = [];
const tried = (words, call) => {
  let said = '-';
  try {
    call();
  } catch (error) {
    said = `${error.name} ${error.code}: ${error.message}`.replaceAll('\n', '\\n');
  }
  lines.push(words.join('\t') + '\t' + said);
};

for (let i = Number(process.argv[3]); i > 0; --i) {
  const list = new net.BlockList();
  const known = new Set();  // a rule twice is one rule in newer versions
  lines.push('list');
  for (let n = random(8); n > 0; --n) {
    const type = family();
    const kind = pick(['a', 'r', 's']);
    const first = address(type);
    const second = kind === 'r' ? address(type)
      : kind === 's' ? random(type.endsWith('4') ? 34 : 130) : '';
    const key = kind + type.toLowerCase() + first + ' ' + second;
    const alias = new net.BlockList();
    const add = (to) => {
      if (kind === 'a') to.addAddress(first, type);
      if (kind === 'r') to.addRange(first, second, type);
      if (kind === 's') to.addSubnet(first, second, type);
    };
    try {
      add(alias);
    } catch {
      // told below
    }
    const rule = alias.rules[0] ?? key;
    if (known.has(rule)) continue;
    known.add(rule);
    tried([kind, type, first, String(second)], () => add(list));
  }
  for (let n = 12; n > 0; --n) {
    const type = family();
    const one = address(type);
    lines.push(['c', type, one, list.check(one, type) ? '1' : '0'].join('\t'));
  }
  for (const rule of list.rules) lines.push('R\t' + rule);
}
process.stdout.write(lines.join('\n') + '\n');
