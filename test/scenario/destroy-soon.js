// destroySoon() writes out what is queued, ends, and destroys at finish without waiting for the peer. D09
'use strict';

const net = require('net');
const { both, closeAfter, gather, state, told, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); watch(t.object('peer'), peer, 'error close'); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'error finish end close');
    client.on('connect', () => {
      client.write('last words', told(o, 'write callback'));
      client.destroySoon();
      state(o, 'destroySoon returned', client);
    });
    client.on('finish', () => state(o, 'finish', client));
    closeAfter(server, 1);
  });
});
