// A local port that a listener holds: bind or connect fails, with the local end in the message. M17 K11 V14
'use strict';

const net = require('net');
const { Transport, hidePort, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer(() => {});
t.listen(server, () => {
  const holder = net.createServer().listen(0, '127.0.0.1', () => {
    const localPort = hidePort(holder.address().port);
    const client = net.connect(t.target(server, { localAddress: '127.0.0.1', localPort }));
    watch('client', client, 'connectionAttempt connect error close');
    client.on('close', () => { server.close(); holder.close(); });
  });
});
