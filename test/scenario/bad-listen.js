// Bad input to listen: thrown at once. S12 S13 S22 C31
'use strict';

const net = require('net');
const { attempt, fields, trace } = require('./support/trace');

const bad = (what, ...args) => {
  const server = net.createServer();
  server.on('error', (err) => trace('later', what, fields(err)));
  attempt('net', what, () => server.listen(...args));
  server.close();
};
bad('listen {}', {});
bad('listen host only', { host: '127.0.0.1' });
bad('listen exclusive', { exclusive: true });
for (const port of [-1, 65536, 1.5, NaN]) { bad(`listen ${port}`, port); bad(`listen {port: ${port}}`, { port }); }
for (const port of ['', '-1', '65536', '0x', 'http']) bad(`listen {port: '${port}'}`, { port });
bad("listen {path: ''}", { path: '' });
bad('listen {fd: -1}', { fd: -1 });
