// Corked writes wait for uncork, nested corks for the last one; callbacks keep their order. F26 K27
'use strict';

const net = require('net');
const { after, both, closeAfter, counters, gather, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { gather(t.object('peer'), peer); });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    watch(o, client, 'drain finish end close');
    client.on('connect', () => {
      client.cork();
      client.cork();
      trace(o, 'write ->', client.write('one ', told(o, 'write callback 1')));
      trace(o, 'write ->', client.write('74776f20', 'hex', told(o, 'write callback 2')));
      trace(o, 'write ->', client.write('dGhyZWU=', 'base64', told(o, 'write callback 3')));
      trace(o, 'corked', client.writableCorked);
      counters(o, 'corked', client);
      client.uncork();
      trace(o, 'corked', client.writableCorked);
      counters(o, 'uncork 1', client);
      client.uncork();
      trace(o, 'corked', client.writableCorked);
      counters(o, 'uncork 2', client);
      client.uncork();
      after(20, () => client.end());
    });
    client.resume();
    closeAfter(server, 1);
  });
});
