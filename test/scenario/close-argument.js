// close(hadError) on both ends: clean end, destroy, destroy with an error. V15 F8
'use strict';

const net = require('net');
const { after, both, closeAfter, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer((peer) => {
    const o = t.object('peer');
    watch(o, peer, 'error close');
    peer.resume();
    peer.on('error', () => {});
    peer.on('data', (d) => { if (String(d) === 'fail') peer.destroy(new Error('asked to fail')); });
  });
  t.listen(server, () => {
    const run = (name, f, next) => {
      const client = net.connect(t.target(server));
      watch(t.object(name), client, 'error close');
      client.resume();
      client.on('connect', () => f(client));
      client.on('close', () => { if (next) after(20, next); });
    };
    run('1-end', (c) => c.end(), () => {
      run('2-destroy', (c) => c.destroy(), () => {
        run('3-peer-fails', (c) => c.write('fail'));
      });
    });
    closeAfter(server, 3);
  });
});
