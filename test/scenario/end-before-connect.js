// end() before connect waits for connect, then the FIN follows the queued bytes. D06 D07 K20
'use strict';

const net = require('net');
const { both, closeAfter, gather, sides, state, told, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect ready prefinish finish end close');
    client.write('one ');
    client.end('two', told(o, 'end callback'));
    state(o, 'end returned', client);
    sides(o, 'end returned', client);
    client.on('connect', () => state(o, 'connect', client));
    client.on('finish', () => state(o, 'finish', client));
    client.resume();
    closeAfter(server, 1);
  });
});
