// Every way to say where to connect to. M09 M10 M11 M13 M14 M16 K04 K07 K16
'use strict';

const net = require('net');
const { hidePort, tempPath, trace } = require('../support/trace');

const path = tempPath();
const forms = [
  ['connect port host', (port, f) => net.connect(port, '127.0.0.1', f)],
  ['createConnection port host', (port, f) => net.createConnection(port, '127.0.0.1', f)],
  ['port as text', (port, f) => net.connect(`${port}`, '127.0.0.1', f)],
  ['options', (port, f) => net.connect({ port, host: '127.0.0.1', noDelay: true, keepAlive: true, timeout: 100000 }, f)],
  ['socket.connect', (port, f) => new net.Socket().connect(port, '127.0.0.1', f)],
  ['path', (port, f) => net.connect(path, f)],
  ['options path', (port, f) => net.createConnection({ path }, f)],
  ['path beats port', (port, f) => new net.Socket().connect({ path, port: 1 }, f)],
];
let left = forms.length;
const done = () => {
  if (--left === 0) [tcp, unix].forEach((server) => server.close());
};
const tcp = net.createServer((peer) => peer.end('tcp')).listen(0, '127.0.0.1', () => unix.listen(path, () => {
  const port = hidePort(tcp.address().port);
  for (const [name, connect] of forms) {
    const socket = connect(port, function() {
      trace(name, 'callback', this === socket, socket.remoteFamily, socket.remoteAddress, socket.timeout);
    });
    trace(name, 'connect listeners', socket.listenerCount('connect'), socket.connecting);
    socket.on('data', (chunk) => trace(name, 'data', chunk)).on('close', (had) => {
      trace(name, 'close', had);
      done();
    });
  }
}));
const unix = net.createServer((peer) => peer.end('unix'));
