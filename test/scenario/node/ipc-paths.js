// Unix sockets: what is on disk while listening and after close; modes; abstract names. I01 I02 I04 S15 S30 F16
'use strict';

const fs = require('fs');
const net = require('net');
const { tempPath, trace } = require('../support/trace');

const path = tempPath();
const server = net.createServer().listen({ path, readableAll: true, writableAll: true }, () => {
  trace('server', 'address is the path', server.address() === path);
  trace('server', 'mode', (fs.statSync(path).mode & 0o777).toString(8), fs.statSync(path).isSocket());
  server.close(() => trace('server', 'there', fs.existsSync(path)));
});
const name = `\0uvnet-${process.pid}`;
const abstract = net.createServer((peer) => peer.end('from nowhere')).listen(name, () => {
  trace('abstract', 'address', JSON.stringify(abstract.address()) === JSON.stringify(name));
  net.connect(name).on('data', (chunk) => trace('abstract', 'data', chunk)).on('close', () => abstract.close());
});
