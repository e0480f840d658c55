// A second end(): no error by itself; its callback waits for finish or hears it is too late. D06 D07 F31
'use strict';

const net = require('net');
const { both, closeAfter, sides, told, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.resume());
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'error finish end close');
    client.on('connect', () => {
      client.end('one', told(o, 'end callback 1'));
      client.end(told(o, 'end callback 2'));
      client.end();
      sides(o, 'ended', client);
    });
    client.on('finish', () => client.end(told(o, 'end callback in finish')));
    client.on('close', () => client.end(told(o, 'end callback in close')));
    client.resume();
    closeAfter(server, 1);
  });
});
