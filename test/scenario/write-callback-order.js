// Write callbacks in order, then finish, then the end callback, then close. D05 D07 V15
'use strict';

const net = require('net');
const { both, closeAfter, gather, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect drain prefinish finish end close');
    client.on('ready', () => {
      trace(o, 'write ->', client.write('one ', told(o, 'write callback 1')));
      trace(o, 'write ->', client.write('two ', told(o, 'write callback 2')));
      tick(() => trace(o, 'tick'));
      client.end('three', told(o, 'end callback'));
      trace(o, 'end returned');
    });
    client.resume();
    closeAfter(server, 1);
  });
});
