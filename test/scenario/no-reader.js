// A socket that nobody reads: data and FIN stay where they are, no end, no close, until resume(). V06 V08 C36 F2
'use strict';

const net = require('net');
const { after, both, chunkText, closeAfter, flow, state, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end('hello'));
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect end finish close');
    flow(o, 'connect returned', client);
    after(40, () => {
      flow(o, 'later', client);
      state(o, 'later', client);
      client.on('data', (d) => trace(o, 'data', chunkText(d)));
      flow(o, 'listening', client);
    });
    closeAfter(server, 1);
  });
});
