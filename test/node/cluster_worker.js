// A worker of test-cluster.js: does what the primary asks and tells how it went.
'use strict';

const cluster = require('cluster');
const net = require('net');

const servers = [];

const actions = {
  listen(options) {
    const server = net.createServer((socket) => socket.end(`worker ${cluster.worker.id}`));
    servers.push(server);
    server.on('error', ({ code, syscall, message }) => {
      const shown = message.replace(/\d{4,}/, 'PORT');
      process.send({ error: code, syscall, message: shown });
    });
    server.on('close', () => process.send({ closed: servers.indexOf(server) }));
    server.listen(options, () => process.send({ address: server.address() }));
  },
  close() { servers.at(-1).close(); },
  unref() {
    servers.forEach((server) => server.unref());
    process.channel.unref();
  },
};

process.on('message', ({ action, value }) => actions[action](value));
