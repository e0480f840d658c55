// Of several destroys the first decides: with an error or without. D10 D11 V14
'use strict';

const net = require('net');
const { both, closeAfter, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => { peer.resume(); peer.on('error', () => {}); });
  t.listen(server, () => {
    const errors = net.connect(t.target(server));
    const none = net.connect(t.target(server));
    watch(t.object('errors'), errors, 'end finish error close');
    watch(t.object('none'), none, 'end finish error close');
    errors.on('connect', () => {
      errors.destroy(new Error('first'));
      errors.destroy(new Error('second'));
      errors.destroy();
    });
    none.on('connect', () => {
      none.destroy();
      none.destroy(new Error('second'));
    });
    closeAfter(server, 2);
  });
});
