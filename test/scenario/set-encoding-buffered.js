// setEncoding converts what is buffered; no argument means utf8; an unknown one throws. D13 D14 C2
'use strict';

const net = require('net');
const { after, attempt, both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.write('c3a9c3', 'hex');
    after(60, () => peer.end('a9', 'hex'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    attempt(o, 'setEncoding unknown', () => client.setEncoding('nonsense'));
    trace(o, 'readableEncoding', client.readableEncoding);
    after(30, () => {
      trace(o, 'length', client.readableLength);
      client.setEncoding();
      trace(o, 'readableEncoding', client.readableEncoding);
      watch(o, client, 'data end close');
    });
    closeAfter(server, 1);
  });
});
