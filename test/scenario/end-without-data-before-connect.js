// end() alone before connect: connect still comes, then finish. D06 F31
'use strict';

const net = require('net');
const { both, closeAfter, gather, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect ready finish end close');
    client.end();
    client.resume();
    closeAfter(server, 1);
  });
});
