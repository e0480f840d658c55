// setNoDelay, setKeepAlive, setTimeout, ref, unref in every state: what they return, what shows. D15 D17 D18 D19 D20 F18
'use strict';

const net = require('net');
const { attempt, both, closeAfter, trace } = require('../support/trace');

function setters(object, s) {
  trace(object, s.setNoDelay() === s, s.setNoDelay(false) === s, s.setKeepAlive(true, 1500) === s, s.setKeepAlive() === s);
  trace(object, s.setTimeout(5000) === s, s.timeout, s.setTimeout(0) === s, s.timeout, s.ref() === s, s.unref() === s, s.ref() === s);
  attempt(object, 'setTimeout text', () => s.setTimeout('1'));
  attempt(object, 'setTimeout negative', () => s.setTimeout(-1));
  attempt(object, 'setTimeout NaN', () => s.setTimeout(NaN));
  attempt(object, 'setTimeout callback', () => s.setTimeout(1, 2));
}
both((t) => {
  const server = net.createServer((peer) => {
    setters(t.object('peer'), peer);
    peer.end();
    peer.resume();
  });
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = new net.Socket();
    const o = t.object('client');
    setters(o, client);
    client.connect(t.target(server));
    setters(o, client);
    client.on('connect', () => setters(o, client));
    client.on('close', () => setters(o, client));
    client.resume();
  });
});
