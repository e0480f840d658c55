// The callback of setTimeout is a once listener; setTimeout(0, f) takes it away and stops the clock. D15 D16 V13
'use strict';

const net = require('net');
const { after, both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.resume());
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    const f = () => trace(o, 'callback');
    client.setTimeout(100, f);
    trace(o, 'listeners', client.listenerCount('timeout'));
    client.setTimeout(0, f);
    trace(o, 'listeners', client.listenerCount('timeout'));
    client.setTimeout(100, f);
    client.on('timeout', () => trace(o, 'timeout, listeners', client.listenerCount('timeout')));
    after(300, () => { client.setTimeout(0); client.write('x'); });
    after(500, () => client.end());
    watch(o, client, 'close');
    client.resume();
    closeAfter(server, 1);
  });
});
