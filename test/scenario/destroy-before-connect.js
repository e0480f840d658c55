// destroy() right after connect(): no connect, only close. D11 K18 F19
'use strict';

const net = require('net');
const { after, both, state, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer(() => {});
  t.listen(server, () => {
    const o = t.object('client');
    const client = net.connect(t.target(server), () => trace(o, 'callback'));
    watch(o, client, 'connectionAttempt connect ready error end finish close');
    client.write('lost', told(o, 'write callback'));
    client.destroy();
    state(o, 'destroy returned', client);
    tick(() => trace(o, 'tick'));
    after(20, () => server.close());
  });
});
