// The recipe: on EADDRINUSE close, wait, listen again. M23 S23
'use strict';

const net = require('net');
const { Transport, after, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const first = net.createServer();
t.listen(first, () => {
  const port = first.address().port;
  const second = net.createServer();
  let tries = 0;
  second.on('error', (err) => {
    trace('second', 'error', ++tries, err.code);
    if (tries === 2) first.close();
    after(30, () => {
      second.close();
      second.listen(port, '127.0.0.1');
    });
  });
  second.on('listening', () => { trace('second', 'listening'); second.close(); });
  watch('second', second, 'close');
  second.listen(port, '127.0.0.1');
});
