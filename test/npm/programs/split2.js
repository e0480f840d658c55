// split2 behind a socket: lines and JSON out of chunks cut anywhere, with back-pressure, in both
// directions at once.
'use strict';

const { Transform, Writable, Readable } = require('stream');
const { pipeline } = require('stream/promises');
const { close, listen, net, once, program, say } = require('../support');
const split = require('split2');

program(async () => {
  // The server answers each record with its double.
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    pipeline(socket, split(JSON.parse), new Transform({
      writableObjectMode: true,
      transform: ({ id, text }, encoding, done) => {
        done(null, `${JSON.stringify({ id: id * 2, text: text + text })}\n`);
      },
    }), socket).catch((error) => say('server', error.name));
  });
  const port = await listen(server);

  const kRecords = 20000;
  const client = net.connect({ port, host: '127.0.0.1' });
  let count = 0;
  let sum = 0;
  let length = 0;
  await Promise.all([
    pipeline(Readable.from((function* records() {
      for (let id = 0; id < kRecords; id++) {
        yield `${JSON.stringify({ id, text: 'ü'.repeat(id % 40) })}\n`;
      }
    })()), client),
    pipeline(client, split(JSON.parse), new Writable({
      objectMode: true,
      highWaterMark: 4,
      write(record, encoding, done) {
        count += 1;
        sum += record.id;
        length += record.text.length;
        if (count % 1000 === 0) setImmediate(done);
        else done();
      },
    })),
  ]);
  say(count, sum, length);

  // Cut at each byte; a separator of two characters; the last line without one.
  const cut = net.createServer((socket) => {
    socket.setNoDelay();
    const all = Buffer.from('eins\r\nzwö\r\n\r\ndrei€');
    (async () => {
      for (const byte of all) {
        socket.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      socket.end();
    })();
  });
  const lines = [];
  for await (const line of net.connect(await listen(cut), '127.0.0.1').pipe(split('\r\n'))) {
    lines.push(line);
  }
  say(JSON.stringify(lines));
  await close(cut);

  // What is not JSON ends the server's pipeline, and with it the connection.
  const bad = net.connect({ port, host: '127.0.0.1' });
  bad.on('error', () => {});
  bad.write('{"id": 1, "text": "x"}\nnonsense\n');
  bad.resume();
  await once(bad, 'close');
  await close(server);
});
