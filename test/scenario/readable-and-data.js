// 'readable' beside 'data': readable decides, each read() emits data; without it the flow goes on. V05
'use strict';

const net = require('net');
const { after, both, closeAfter, flow, tick, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.write('one');
    after(30, () => peer.write('two'));
    after(60, () => peer.end('three'));
    peer.resume();
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    const readable = () => {
      trace(o, 'readable, length', client.readableLength);
      client.read();
      client.off('readable', readable);
      flow(o, 'readable removed', client);
      tick(() => flow(o, 'tick', client));
    };
    client.on('readable', readable);
    watch(o, client, 'data end close');
    flow(o, 'both listen', client);
    closeAfter(server, 1);
  });
});
