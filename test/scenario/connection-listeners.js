// The listener given to createServer is an ordinary connection listener. M04 E02 F10
'use strict';

const net = require('net');
const { both, closeAfter, trace } = require('./support/trace');

both((t) => {
  const o = t.object('server');
  const server = net.createServer(() => trace(o, 'listener of createServer'));
  server.prependListener('connection', () => trace(o, 'prepended'));
  server.once('connection', (peer) => { trace(o, 'once'); peer.end(); peer.resume(); });
  trace(o, 'listeners', server.listenerCount('connection'));
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.resume();
    client.on('close', () => trace(o, 'listeners', server.listenerCount('connection')));
  });
});
