// pipeline() whose Transform fails destroys the socket; the peer sees the end. D11 F7
'use strict';

const net = require('net');
const { PassThrough, Transform, pipeline } = require('stream');
const { both, closeAfter, told, watch } = require('../support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const failing = new Transform({ transform(chunk, encoding, done) { done(new Error('no more')); } });
    watch(t.object('peer'), peer, 'end finish error close');
    pipeline(peer, failing, new PassThrough(), told(t.object('peer'), 'pipeline'));
  });
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = net.connect(t.target(server), () => client.write('hello'));
    client.on('error', () => {});
    client.resume();
    watch(t.object('client'), client, 'end finish close');
  });
});
