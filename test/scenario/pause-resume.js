// pause() holds data back, resume() lets it through; both are events on a tick or at once. D12 V05
'use strict';

const net = require('net');
const { after, both, closeAfter, flow, tick, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.write('hello'); peer.on('data', (d) => peer.end(d)); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect data pause resume end close');
    client.once('data', () => {
      client.pause();
      flow(o, 'pause returned', client);
      client.write(' again');
      after(40, () => {
        flow(o, 'later', client);
        client.resume();
        flow(o, 'resume returned', client);
        tick(() => flow(o, 'tick', client));
      });
    });
    closeAfter(server, 1);
  });
});
