// for await on a socket: everything until the end; a break destroys the socket. K06 V08
'use strict';

const net = require('net');
const { both, closeAfter, sides, trace, watch } = require('../support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    peer.on('error', () => {});
    peer.end('hello world');
  });
  closeAfter(server, 2);
  t.listen(server, async () => {
    const all = net.connect(t.target(server)).setEncoding('utf8');
    let text = '';
    watch(t.object('all'), all, 'end close');
    for await (const chunk of all) text += chunk;
    trace(t.object('all'), 'text', text);
    sides(t.object('all'), 'loop', all);
    const broken = net.connect(t.target(server));
    watch(t.object('broken'), broken, 'end error close');
    for await (const chunk of broken) {
      trace(t.object('broken'), 'first', chunk.length > 0);
      break;
    }
    trace(t.object('broken'), 'destroyed', broken.destroyed);
  });
});
