// A worker of test-cluster.js: does what the primary asks and tells how it went.
'use strict';

const assert = require('assert');
const { execFileSync } = require('child_process');
const cluster = require('cluster');
const fs = require('fs');
const net = require('net');

const servers = [];
const taken = [];

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
  // Leaves one descriptor: for the connection that comes.
  takeDescriptors() {
    execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=100']);
    assert.throws(() => { for (;;) taken.push(fs.openSync('/dev/null')); }, { code: 'EMFILE' });
    fs.closeSync(taken.pop());
    process.send('taken');
  },
  freeDescriptors() {
    taken.forEach((fd) => fs.closeSync(fd));
    process.send('free');
  },
  unref() {
    servers.forEach((server) => server.unref());
    process.channel.unref();
  },
};

process.on('message', ({ action, value }) => actions[action](value));
