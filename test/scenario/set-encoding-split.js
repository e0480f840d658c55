// setEncoding with characters cut by the wire: whole ones come out, the rest waits for more or the end. D14
'use strict';

const net = require('net');
const { closeAfter, trace, until, watch } = require('./support/trace');

const run = (name, encoding, parts) => {
  let client = null;
  const server = net.createServer((peer) => {
    let sent = 0;
    const next = () => {
      if (parts.length === 0) return peer.end();
      peer.write(parts[0], 'hex');
      sent += parts.shift().length / 2;
      return until(() => client.bytesRead === sent, next);
    };
    next();
    peer.resume();
  });
  closeAfter(server, 1);
  server.listen(0, '127.0.0.1', () => {
    client = net.connect(server.address().port, '127.0.0.1');
    trace(name, 'setEncoding', client.setEncoding(encoding) === client, client.readableEncoding);
    watch(name, client, 'data end close');
  });
};
run('utf8', 'utf8', ['68c3', 'a9e2', '82', 'ac21']);
run('utf8-broken', 'utf8', ['61e282']);
run('utf16le', 'utf16le', ['6100e9', '003dd8', '4ade']);
run('base64', 'base64', ['61', '6263', '6465']);
run('base64url', 'base64url', ['fb', 'ef', 'be']);
run('hex', 'hex', ['6162', '63']);
run('latin1', 'latin1', ['e9', '62']);
run('ascii', 'ascii', ['e9', '62']);
