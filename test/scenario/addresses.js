// Local and remote addresses at every event, and after destroy: only a peer address read before stays. K22 K23 K24 K25
'use strict';

const net = require('net');
const { both, closeAfter, hidePort, trace } = require('./support/trace');

both((t) => {
  const show = (o, at, s) => {
    if (s.localPort) hidePort(s.localPort);
    if (s.remotePort) hidePort(s.remotePort);
    trace(o, 'at', at, 'local', s.localAddress, s.localPort, s.localFamily, 'remote', s.remoteAddress, s.remotePort, s.remoteFamily);
  };
  const server = net.createServer((peer) => {
    show(t.object('peer'), 'connection', peer);
    peer.resume();
    peer.on('end', () => show(t.object('peer'), 'end', peer));
    peer.on('close', () => show(t.object('peer'), 'close', peer));
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    const o = t.object('client');
    show(o, 'connect returned', client);
    client.on('connect', () => { show(o, 'connect', client); client.end(); });
    client.on('close', () => { show(o, 'close', client); });
    client.resume();
    closeAfter(server, 1);
  });
});
