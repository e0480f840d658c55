// Listeners added or removed during an emit count from the next one; once runs once. V05
'use strict';

const net = require('net');
const { after, both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.write('one');
    after(30, () => peer.end('two'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    const second = () => trace(o, 'second');
    client.on('data', () => {
      trace(o, 'first');
      client.off('data', second);
      client.once('data', () => trace(o, 'added, once'));
    });
    client.on('data', second);
    client.prependOnceListener('data', () => trace(o, 'prepended, once'));
    client.on('end', () => trace(o, 'end, data listeners', client.listenerCount('data')));
    watch(o, client, 'close');
    closeAfter(server, 1);
  });
});
