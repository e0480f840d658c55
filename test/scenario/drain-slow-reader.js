// A reader that pauses: write() says false, one drain when it has read everything. D04 D12 V07 F6
'use strict';

const net = require('net');
const { after, both, closeAfter, counters, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    gather(t.object('peer'), peer);
    peer.pause();
    after(40, () => { trace(t.object('peer'), 'resume'); peer.resume(); });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain finish end close');
    client.on('connect', () => {
      trace(o, 'write ->', client.write(Buffer.alloc(16000000), told(o, 'write callback 1')));
      trace(o, 'needDrain', client.writableNeedDrain, 'length', client.writableLength);
    });
    client.on('drain', () => { counters(o, 'drain', client); client.end(); });
    client.resume();
    closeAfter(server, 1);
  });
});
