// pipeline() from a socket through a Transform to another socket; finished() on both. K06 D07
'use strict';

const net = require('net');
const { Transform, finished, pipeline } = require('stream');
const { both, closeAfter, gather, sides, told, trace, watch } = require('../support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const upper = new Transform({
      transform(chunk, encoding, done) { done(null, String(chunk).toUpperCase()); },
    });
    finished(peer, told(t.object('peer'), 'finished'));
    pipeline(peer, upper, peer, told(t.object('peer'), 'pipeline'));
    watch(t.object('peer'), peer, 'end finish close');
  });
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = net.connect(t.target(server));
    finished(client, (err) => {
      trace(t.object('client'), 'finished', err);
      sides(t.object('client'), 'finished', client);
    });
    gather(t.object('client'), client);
    client.write('hello ');
    client.end('world');
  });
});
