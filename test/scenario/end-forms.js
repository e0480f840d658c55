// end() in all its forms; every one returns the socket. D06 D07
'use strict';

const net = require('net');
const { Transport, closeAfter, told, trace, watch } = require('./support/trace');

const forms = [
  ['nothing', (s) => s.end()],
  ['data', (s) => s.end('abc')],
  ['encoding', (s) => s.end('616263', 'hex')],
  ['all', (s) => s.end('YWJj', 'base64', told('all', 'end callback'))],
  ['data-callback', (s) => s.end('abc', told('data-callback', 'end callback'))],
  ['callback', (s) => s.end(told('callback', 'end callback'))],
  ['buffer', (s) => s.end(Buffer.from('abc'))],
  ['empty', (s) => s.end('')],
];
const t = new Transport('tcp');
const server = net.createServer((peer) => {
  let text = '';
  peer.on('data', (chunk) => { text += chunk; });
  peer.on('end', () => peer.end(text));
});
closeAfter(server, forms.length);
t.listen(server, () => {
  for (const [name, end] of forms) {
    const client = net.connect(t.target(server));
    watch(name, client, 'connect finish data end close');
    client.on('connect', () => trace(name, 'end ->', end(client) === client));
  }
});
