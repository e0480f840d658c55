// A busy path, then the same path again when it is free. S07 S23 E06 F16
'use strict';

const fs = require('fs');
const net = require('net');
const { Transport, closeAfter, trace, watch } = require('./support/trace');

const t = new Transport('unix');
const first = net.createServer();
t.listen(first, () => {
  const second = net.createServer((peer) => peer.end('hello'));
  watch('second', second, 'listening error close');
  second.once('error', () => {
    trace('second', 'listening', second.listening, 'file', fs.existsSync(t.path));
    first.close(() => {
      t.listen(second, () => {
        const client = net.connect(t.target(second));
        watch('client', client, 'connect data end close');
        closeAfter(second, 1);
      });
    });
  });
  t.listen(second);
  trace('second', 'listen returned');
});
