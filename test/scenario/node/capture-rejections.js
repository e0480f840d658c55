// captureRejections: an async listener that rejects destroys the socket; on a server, the connection it was given. E02 U15
'use strict';

const events = require('events');
const net = require('net');
const { both, closeAfter, trace, watch } = require('../support/trace');

events.captureRejections = true;

both((t) => {
  const server = net.createServer(async (peer) => {
    watch(t.object('peer'), peer, 'error close');
    throw new Error('rejected');
  });
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    client.on('error', () => {});
    client.on('close', () => trace(t.object('client'), 'close'));
    client.resume();
  });
});
