// destroy(err) in the timeout listener. D11 D15 V13 V14
'use strict';

const net = require('net');
const { both, closeAfter, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'timeout end finish error close');
    client.setTimeout(30);
    client.on('timeout', () => client.destroy(new Error('idle')));
    client.resume();
    closeAfter(server, 1);
  });
});
