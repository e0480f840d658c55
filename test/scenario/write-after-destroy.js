// write() and end() after destroy(): errors to the callbacks only. D02 D11 F30
'use strict';

const net = require('net');
const { both, closeAfter, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'error finish end close');
    client.on('connect', () => {
      client.destroy();
      trace(o, 'write ->', client.write('late', told(o, 'write callback')));
      client.end(told(o, 'end callback'));
      client.end('late', told(o, 'end callback with data'));
      trace(o, 'returned');
    });
    client.on('close', () => {
      trace(o, 'write ->', client.write('late', told(o, 'write callback in close')));
      client.end(told(o, 'end callback in close'));
    });
    closeAfter(server, 1);
  });
});
