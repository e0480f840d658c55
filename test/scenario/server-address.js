// address() of a TCP server and of a server on a path. S29 S30 S32 I01
'use strict';

const fs = require('fs');
const net = require('net');
const { Transport, trace } = require('./support/trace');

const t = new Transport('tcp');
const tcp = net.createServer();
trace('tcp', 'address', tcp.address());
t.listen(tcp, () => {
  const a = tcp.address();
  trace('tcp', 'address', a.address, a.family, a.port);
  tcp.close(() => trace('tcp', 'address', tcp.address()));
});
const u = new Transport('unix');
const unix = net.createServer();
trace('unix', 'address', unix.address());
u.listen(unix, () => {
  trace('unix', 'address', unix.address(), 'file', fs.existsSync(unix.address()));
  const path = unix.address();
  unix.close(() => trace('unix', 'file', fs.existsSync(path)));
});
const any = net.createServer().listen(0, '0.0.0.0', () => {
  trace('any', 'address', any.address().address, any.address().family);
  any.close();
});
