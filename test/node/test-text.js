// Text as bytes: each encoding, each kind of ill-formed text, cut at each place, by each way out.
// What arrives is what Buffer.from() makes of the pieces.
'use strict';

const assert = require('assert');
const { test, finish, pair } = require('./support');

// Without 'hex': Node 20 aborts when text of an odd length leaves corked.
const encodings = ['utf8', 'utf16le', 'ucs2', 'latin1', 'binary', 'ascii', 'base64', 'base64url'];
const texts = ['plain', 'h\u00e4\u20acx', 'a\u{1f600}b', '\ud83d', '\ude00', 'x\ude00\ud83dy',
  '\ud83d\ud83d\ude00', '\u{10ffff}', '4f6B0g'];

const ways = {
  write: (socket, pieces, encoding) => {
    for (const piece of pieces) socket.write(piece, encoding);
    socket.end();
  },
  corked: (socket, pieces, encoding) => {
    socket.cork();
    for (const piece of pieces) socket.write(piece, encoding);
    socket.end();
  },
  'default encoding': (socket, pieces, encoding) => {
    socket.setDefaultEncoding(encoding);
    for (const piece of pieces) socket.write(piece);
    socket.end();
  },
  end: (socket, pieces, encoding) => {
    for (const piece of pieces.slice(0, -1)) socket.write(piece, encoding);
    socket.end(pieces.at(-1), encoding);
  },
};

for (const encoding of encodings) {
  for (const [name, way] of Object.entries(ways)) {
    test(`${encoding} by ${name}`, async () => {
      for (const text of texts) {
        for (let cut = 0; cut <= text.length; cut++) {
          const pieces = [text.slice(0, cut), text.slice(cut)];
          const [server, client, accepted] = await pair();
          const chunks = [];
          accepted.on('data', (chunk) => chunks.push(chunk));
          const ended = new Promise((resolve) => accepted.on('end', resolve));
          way(client, pieces, encoding);
          await ended;
          const expected = Buffer.concat(pieces.map((piece) => Buffer.from(piece, encoding)));
          assert.deepStrictEqual(Buffer.concat(chunks), expected,
            `${JSON.stringify(pieces)} as ${encoding}`);
          await finish(server, client, accepted);
        }
      }
    });
  }
}
