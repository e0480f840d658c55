// Without allowHalfOpen the FIN is answered when 'end' is emitted; what was queued still goes out. K03 V08 V10 F4
'use strict';

const net = require('net');
const { both, closeAfter, gather, sides, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'end finish error close');
    peer.on('data', () => peer.write('answer', told(o, 'write callback')));
    peer.on('end', () => {
      sides(o, 'end', peer);
      trace(o, 'write ->', peer.write(' and more', told(o, 'write callback in end')));
      tick(() => sides(o, 'tick', peer));
    });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    gather(t.object('client'), client);
    watch(t.object('client'), client, 'end finish close');
    client.end('question');
    closeAfter(server, 1);
  });
});
