// Prints what Node makes of a corpus of texts and bytes in every encoding of Buffer, as JSON:
//
//   node tools/encoding_goldens.js > test/data/encodings.json
//
// The tests of transcoding, StringDecoder and text units compare with that file, so that they need
// no node. Texts and bytes are both written in hexadecimal: JSON has no lone surrogates and no
// bytes. Texts are WTF-8, the library's form. Relies on Node's own modules only; output depends on
// the version of Node alone, which it records.
'use strict';
const { StringDecoder } = require('string_decoder');

const encodings = ['utf8', 'utf16le', 'latin1', 'ascii', 'base64', 'base64url', 'hex'];

function wtf8(text) {
  const bytes = [];
  for (const character of text) {
    const c = character.codePointAt(0);
    const tail = (shift) => 0x80 | ((c >> shift) & 0x3f);
    if (c < 0x80) bytes.push(c);
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), tail(0));
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), tail(6), tail(0));
    else bytes.push(0xf0 | (c >> 18), tail(12), tail(6), tail(0));
  }
  return Buffer.from(bytes).toString('hex');
}

const ascii = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).join('');
const past = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('');
const texts = [
  '', 'a', 'plain words, more than eight of them', ascii, past, 'é', 'a€b', '\u{1f600}', 'x\u{10ffff}',
  '\u{10000}', '\ufeffBOM', '\ud83d', '\ude00', '\ud83dx', 'x\ude00', '\ude00\ud83d', '\ud83d\ud83d\ude00',
  '\ud83d\ude00\ude00', '한국\ud7ff\ue000', '\ud800\udfff\udbff\udc00', '0123456\u00e9', '01234567é', 'a\0b', '\uffff\ufffd',
  // base64: padded or not, odd lengths, both alphabets, blanks, what is skipped, what ends
  'YQ==', 'YQ=', 'YQ', 'Y', 'YWI=', 'YWJ', 'YWJj', 'YWJjZ', 'YWJjZGVmZw==', '-_+/', 'Y_-_', 'YW+/YW-_YW',
  'YWJj\nZGVm', 'Y W\tJ\r\nj Z', ' YWJj ', 'YW!J*j$', '=', '==', '=YWJj', 'YQ==YQ==', 'YQ=YQ', 'YWJj=ZGVm', 'Y=Q',
  'YWJjZGVmZ=', 'Y W = =', 'YR==', 'YWK', 'YWJjéZGVm', 'éYQ', '\u0161WJj', 'YWJjZGVm\u0159Q', 'YWJj\u013dZGVm',
  'YW\u{1f600}Jj', 'Y\ud859W', 'YWJj'.repeat(9) + 'YQ==', 'YWJj'.repeat(8) + '\u2028YWI=',
  // hex: both cases, odd tails, bad pairs
  '0', '00', 'ff', 'FFaB', 'abc', 'abxg12', 'zz', 'xa11', 'ab cd', '0x12', '61\u013662', '\u0161\u0162', '61é62',
  '616', '6162636465666768696a', '616263646566676g696a', '\uff16\uff11', '61\u{1f630}',
];
const bytes = [
  '', '41', '00', '414243', '7f80', 'c3a9', '41c3a942', 'e282ac', 'f09f9880', 'f48fbfbf', 'efbbbf41',
  // UTF-8 that is truncated, overlong, a surrogate, too large, or never starts
  'c3', 'e2', 'e282', 'f0', 'f09f', 'f09f98', '41e282', 'e28241', 'f09f9841', 'f09fe282ac', 'e2e282ac', 'c3c3a9',
  '80', '8080', '4180808080', 'bf41', 'c080', 'c1bf', 'e08080', 'e09fbf', 'f0808080', 'f08fbfbf', 'eda080', 'edbfbf',
  'eda0bdedb880', 'ed9fbf', 'ee8080', 'f4908080', 'f5808080', 'f8888080', 'fe', 'ff', 'ffc3a9ff', 'e1a0c0', 'f09f9880f09f98',
  '41f0c3a9f1', 'e282f09f988041', 'f0f09f9880', 'ef', 'efbb', 'efbfbd', 'efbfbf', 'c2', 'c280', 'dfbf',
  // UTF-16: pairs, lone halves, an odd byte
  '3dd800de', '3dd8', '00de', '3dd83dd800de', '3dd800de00de', '00de3dd8', '3dd84100', '41003dd800de42', '4100420043', '3dd800',
  'ffdb00dc', '00d8ffdf', 'fffe4100', 'ac20', '41', 'e9000101',
  // longer than the strides of a fast path, the odd byte at each side of them
  '61'.repeat(31) + 'c3a9', '61'.repeat(8) + 'ff' + '62'.repeat(9), '00'.repeat(17) + 'd8',
  '6100'.repeat(9) + '3dd800de', 'e282ac'.repeat(5), 'fbefbe'.repeat(3) + 'ff', 'fbf0',
];
// Decoders fed, ended and fed again; E is end().
const sequences = [
  ['utf16le', '3d', 'd8', '00de', 'E'], ['utf16le', '3d', 'd83dd8', '00de', 'E'], ['utf16le', '3dd8', '3dd8', '00de', 'E'],
  ['utf16le', '3dd8', 'E', '00de', 'E'], ['utf16le', '3dd8', '00', 'E', '4100', 'E'], ['utf16le', '3d', 'd8410042', '00', 'E'],
  ['utf16le', '3dd8', '', '00', '', 'de', 'E'], ['utf8', 'e2', 'E', '82ac', 'E'], ['utf8', 'f0', '9f', 'e282', 'ac', 'E'],
  ['utf8', 'f5', '80', '41', 'E'], ['utf8', 'e2', '', '82', '', 'ac', 'E', 'E'], ['utf8', 'f09f98', 'f09f9880', 'E'],
  ['base64', '41', 'E', '4142', '43', 'E'], ['base64url', '41', '', 'E', 'fb', 'f0', 'E'], ['hex', '0a', 'E', 'ab', 'E'],
];
const names = [
  'utf8', 'utf-8', 'UTF8', 'Utf-8', 'utf_8', 'ucs2', 'UCS-2', 'utf16le', 'UTF-16LE', 'utf16', 'utf-16', 'utf16be', 'latin1',
  'LATIN1', 'latin-1', 'binary', 'Binary', 'ascii', 'ASCII', 'us-ascii', 'base64', 'BASE64', 'base64url', 'base64URL', 'base-64',
  'hex', 'HEX', 'buffer', '', ' utf8', 'utf8 ', 'utf', 'utf80',
];

const each = (list, f) => list.map(f);
const inEach = (f) => Object.fromEntries(encodings.map((encoding) => [encoding, f(encoding)]));
function pieces(encoding, cut) {
  const decoder = new StringDecoder(encoding);
  return [...cut.map((piece) => wtf8(decoder.write(piece))), wtf8(decoder.end())];
}

const goldens = {
  node: process.version,
  names: each(names, (name) => ({
    name,
    normal: Buffer.isEncoding(name) ? new StringDecoder(name).encoding : null,
  })),
  encode: each(texts, (text) => ({
    text: wtf8(text),
    bytes: inEach((encoding) => Buffer.from(text, encoding).toString('hex')),
  })),
  decode: each(bytes, (hex) => ({
    bytes: hex,
    text: inEach((encoding) => wtf8(Buffer.from(hex, 'hex').toString(encoding))),
  })),
  // For each place to cut in two: what the two writes and end() give.
  splits: each(bytes, (hex) => {
    const all = Buffer.from(hex, 'hex');
    const places = Array.from({ length: all.length + 1 }, (_, i) => i);
    return {
      bytes: hex,
      pieces: inEach((encoding) =>
        places.map((at) => pieces(encoding, [all.subarray(0, at), all.subarray(at)]))),
    };
  }),
  // A byte at a time: what each write and end() give.
  singly: each(bytes, (hex) => ({
    bytes: hex,
    pieces: inEach((encoding) =>
      pieces(encoding, Array.from(Buffer.from(hex, 'hex'), (byte) => Buffer.from([byte])))),
  })),
  sequences: each(sequences, ([encoding, ...steps]) => {
    const decoder = new StringDecoder(encoding);
    const texts = steps.map((step) =>
      wtf8(step === 'E' ? decoder.end() : decoder.write(Buffer.from(step, 'hex'))));
    return { encoding, steps, texts };
  }),
  // For each place to slice: the two sides.
  slices: each(texts.filter((text) => text.length < 20), (text) => ({
    text: wtf8(text),
    length: text.length,
    sides: Array.from({ length: text.length + 2 }, (_, i) =>
      [wtf8(text.slice(0, i)), wtf8(text.slice(i))]),
  })),
};

// One entry to a line: small, and a difference can be read.
const lines = Object.entries(goldens).map(([key, value]) =>
  `${JSON.stringify(key)}: ` + (Array.isArray(value)
    ? `[\n${value.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`
    : JSON.stringify(value)));
process.stdout.write(`{\n${lines.join(',\n')}\n}\n`);
