// A busy port: the error comes on a tick, no close follows; the server can listen elsewhere. S22 S23 E05 E06
'use strict';

const net = require('net');
const { Transport, tick, told, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const first = net.createServer();
t.listen(first, () => {
  const port = first.address().port;
  const second = net.createServer();
  watch('second', second, 'listening error close');
  second.once('error', (err) => {
    trace('second', 'listening', second.listening, 'address', second.address());
    second.close(told('second', 'close callback'));
    second.listen(0, '127.0.0.1', () => { second.close(); first.close(); });
  });
  second.listen(port, '127.0.0.1', () => trace('second', 'never'));
  trace('second', 'listen returned');
  tick(() => trace('second', 'tick'));
});
