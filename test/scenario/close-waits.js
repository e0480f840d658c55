// close() lets connections live; 'close' comes when the last one is destroyed, before its own. S25 S26 S27 E04 F28
'use strict';

const net = require('net');
const { after, both, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.on('data', (d) => peer.end(d));
    peer.on('close', () => trace(t.object('server'), 'peer closed'));
    server.close(told(t.object('server'), 'close callback'));
    trace(t.object('server'), 'close returned, listening', server.listening);
  });
  watch(t.object('server'), server, 'close');
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    watch(t.object('client'), client, 'connect data end close');
    after(40, () => { trace(t.object('server'), 'still open'); client.write('hello'); });
  });
});
