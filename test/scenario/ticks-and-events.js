// Ticks run after each callback from the loop and after each tick: data, end, finish, close. V05 V08 V15
'use strict';

const net = require('net');
const { both, closeAfter, tick, trace } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.end('hello'); peer.resume(); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    for (const name of ['data', 'end', 'finish', 'close']) {
      client.on(name, () => { trace(o, name); tick(() => trace(o, 'tick of', name)); });
    }
    closeAfter(server, 1);
  });
});
