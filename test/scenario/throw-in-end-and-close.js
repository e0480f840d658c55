// An exception in an end listener: our end is not sent by itself. In a close listener: nothing is lost. V08 V15
'use strict';

const net = require('net');
const { after, both, closeAfter, onUncaught, raise, state, trace, watch } = require('./support/trace');

onUncaught();
both((t) => {
  const server = net.createServer((peer) => { peer.end(); peer.resume(); peer.on('error', () => {}); });
  watch(t.object('server'), server, 'close');
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    client.on('end', () => { trace(o, 'throwing'); raise(o, 'in end'); });
    client.on('close', () => { trace(o, 'throwing'); raise(o, 'in close'); });
    watch(o, client, 'end finish error close');
    after(40, () => { state(o, 'later', client); client.destroy(); });
    client.resume();
    closeAfter(server, 1);
  });
});
