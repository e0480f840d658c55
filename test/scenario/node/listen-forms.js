// Every way to say where to listen, and the address that comes of it. S01 S02 S04 S05 S06 S08 S12 S17 S18 S24 S31 M08 F15
'use strict';

const net = require('net');
const { hidePort, tempPath, trace } = require('../support/trace');

function show(object, ...args) {
  const server = net.createServer();
  trace(object, 'address before', server.address());
  const result = server.listen(...args, () => {
    const address = server.address();
    if (typeof address === 'object') trace(object, address.address, address.family, hidePort(address.port) > 0);
    else trace(object, address);
    server.close();
  });
  trace(object, 'itself', result === server);
}
show('nothing');
show('port', 0);
show('port host', 0, '127.0.0.1');
show('port host backlog', 0, '127.0.0.1', 5);
show('port backlog', 0, 5);
show('port as text', '0');
show('path', tempPath());
show('path backlog', tempPath(), 5);
show('options', { port: 0, host: '127.0.0.1', backlog: 5, exclusive: true });
show('options path', { path: tempPath(), readableAll: true });
show('ipv6Only', { port: 0, host: '::1', ipv6Only: true });
show('any', { port: 0, host: '0.0.0.0' });
