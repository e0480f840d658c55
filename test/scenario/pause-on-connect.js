// pauseOnConnect: nothing is read until resume(), whatever listeners there are. M07
'use strict';

const net = require('net');
const { after, both, closeAfter, flow, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer({ pauseOnConnect: true }, (peer) => {
    const o = t.object('peer');
    watch(o, peer, 'data pause resume end close');
    flow(o, 'connection', peer);
    after(40, () => {
      flow(o, 'later', peer);
      trace(o, 'bytesRead', peer.bytesRead);
      peer.resume();
    });
  });
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.end('hello');
    client.resume();
    closeAfter(server, 1);
  });
});
