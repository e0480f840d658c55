// maxConnections: what is over it is dropped, with an event; a place that is free again is given. S36 F25
'use strict';

const net = require('net');
const { after, both, trace, watch } = require('./support/trace');

both((t) => {
  const o = t.object('server');
  const server = net.createServer((peer) => { trace(o, 'connection'); peer.resume(); peer.on('error', () => {}); });
  server.maxConnections = 1;
  server.on('drop', (data) => trace(o, 'drop', data === undefined ? 'undefined' : `${data.localAddress} ${data.remoteFamily}`));
  t.listen(server, () => {
    const one = net.connect(t.target(server));
    one.resume();
    one.on('connect', () => {
      const two = net.connect(t.target(server));
      watch(t.object('two'), two, 'connect end close');
      two.on('error', () => {});
      two.resume();
      two.on('close', () => {
        one.end();
        after(30, () => {
          const three = net.connect(t.target(server));
          watch(t.object('three'), three, 'connect end close');
          three.resume();
          after(30, () => { three.end(); server.close(); });
        });
      });
    });
  });
});
