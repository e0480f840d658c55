// Bad input to connect: thrown at once. I03 K07 K11
'use strict';

const net = require('net');
const { attempt, fields, trace } = require('./support/trace');

const bad = (what, ...args) => {
  const s = new net.Socket();
  s.on('error', (err) => trace('later', what, fields(err)));
  attempt('net', what, () => s.connect(...args));
  s.destroy();
};
for (const port of [-1, 65536, 1.5, NaN, Infinity]) bad(`connect ${port}`, { port });
for (const port of ['', ' ', '0x', 'NaN', '-1', '65536', '1e9', 'http']) bad(`connect '${port}'`, { port });
bad("connect '0x1f'", { port: '0x1f', host: '127.0.0.1' });
bad('connect nothing', {});
bad('connect localAddress', { port: 1, localAddress: 'nowhere' });
bad('connect hints', { port: 1, host: 'a.test', hints: 12345 });
