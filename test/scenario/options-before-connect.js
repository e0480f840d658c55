// Setters before, while and after a connection: all are harmless and return the socket. D17 D18 D19 D20
'use strict';

const net = require('net');
const { both, closeAfter, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => peer.end());
  t.listen(server, () => {
    const s = new net.Socket();
    const o = t.object('client');
    trace(o, s.setNoDelay(true) === s, s.setKeepAlive(true, 2000) === s, s.unref() === s, s.ref() === s, s.setTimeout(0) === s);
    trace(o, s.connect(t.target(server)) === s);
    s.on('connect', () => {
      trace(o, s.setNoDelay(false) === s, s.setKeepAlive(false) === s, s.unref() === s, s.ref() === s);
    });
    s.on('close', () => {
      trace(o, s.setNoDelay(true) === s, s.setKeepAlive(true) === s, s.unref() === s, s.ref() === s, s.setTimeout(10) === s);
      trace(o, s.pause() === s, s.resume() === s, s.end() === s, s.destroy() === s, s.cork() === undefined);
    });
    watch(o, s, 'connect end finish error timeout close');
    s.resume();
    closeAfter(server, 1);
  });
});
