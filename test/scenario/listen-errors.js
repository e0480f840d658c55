// Where one cannot listen: a foreign address, a missing directory, a path that is a file. S20 S23 E06
'use strict';

const fs = require('fs');
const net = require('net');
const { tempPath, tick, trace, watch } = require('./support/trace');

const fail = (name, options) => {
  const server = net.createServer();
  watch(name, server, 'listening error close');
  server.listen(options);
  tick(() => trace(name, 'tick, listening', server.listening));
};
fail('address', { port: 0, host: '198.51.100.1' });
fail('directory', { path: tempPath() + '/missing/x.sock' });
const file = tempPath();
fs.writeFileSync(file, '');
fail('file', { path: file });
