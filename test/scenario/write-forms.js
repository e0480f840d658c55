// write() in its forms, with what each adds to bytesWritten. D02 D03 K26
'use strict';

const net = require('net');
const { Transport, attempt, closeAfter, gather, told, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer((peer) => { peer.setEncoding('hex'); gather('peer', peer); });
closeAfter(server, 1);
t.listen(server, () => {
  const client = net.connect(t.target(server));
  watch('client', client, 'finish end close');
  client.on('connect', () => {
    const wrote = (what, answer) => trace('client', 'write', what, '->', answer, 'bytesWritten', client.bytesWritten);
    wrote('utf8', client.write('\u00e9\u20ac'));
    wrote('latin1', client.write('\u00e9', 'latin1'));
    wrote('binary', client.write('ab', 'binary'));
    wrote('ascii', client.write('ab', 'ascii'));
    wrote('utf16le', client.write('ab', 'utf16le'));
    wrote('ucs2', client.write('ab', 'ucs2'));
    wrote('hex', client.write('616263', 'hex'));
    wrote('base64', client.write('YWJj', 'base64'));
    wrote('base64url', client.write('YWJj', 'base64url'));
    wrote('upper case', client.write('ab', 'UTF-8'));
    wrote('buffer', client.write(Buffer.from('abc')));
    wrote('empty', client.write(''));
    wrote('callback', client.write('abc', told('client', 'write callback')));
    attempt('client', 'write unknown', () => client.write('abc', 'nonsense'));
    client.end();
  });
  client.resume();
});
