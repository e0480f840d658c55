// end() lifts the cork. F26 D06
'use strict';

const net = require('net');
const { both, closeAfter, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'connect finish end close');
    client.on('connect', () => {
      client.cork();
      client.write('one ', told(o, 'write callback 1'));
      client.write('two ', told(o, 'write callback 2'));
      client.end('three', told(o, 'end callback'));
      trace(o, 'corked', client.writableCorked);
    });
    client.resume();
    closeAfter(server, 1);
  });
});
