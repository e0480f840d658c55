// The timeout option of connect, also while connecting takes long; timeouts of server-side sockets. M15 D15 V13
'use strict';

const net = require('net');
const { both, closeAfter, state, trace, watch } = require('./support/trace');

const lookup = () => {};
const slow = net.connect({ port: 1, host: 'slow.test', lookup, timeout: 100 });
watch('slow', slow, 'timeout connect error close');
slow.on('timeout', () => { state('slow', 'timeout', slow); slow.destroy(); });
trace('slow', 'timeout', slow.timeout);
both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'timeout end finish close');
    peer.setTimeout(100, () => peer.end());
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    watch(t.object('client'), client, 'end finish close');
    client.resume();
    closeAfter(server, 1);
  });
});
