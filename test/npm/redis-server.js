// A redis-server of the program's own: in a new folder, on a Unix socket and on a port nobody uses,
// ended by its process when the program is through with it.
'use strict';

const fs = require('fs');
const path = require('path');
const { spawn } = require('child_process');
const { net, once, temporaryFolder, until } = require('./support');

// Debian's redis-server is another name of a program in redis-tools, which starts no service.
const program = (process.env.PATH ?? '').split(path.delimiter)
  .flatMap((folder) => [path.join(folder, 'redis-server'), path.join(folder, 'redis-check-rdb')])
  .find(fs.existsSync);

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function answers(socketPath, port) {
  return Promise.all([{ path: socketPath }, { port, host: '127.0.0.1' }].map((where) =>
    new Promise((resolve) => {
      const socket = net.connect(where, () => socket.end());
      socket.on('error', () => resolve(false)).on('end', () => resolve(true)).resume();
    }))).then((all) => all.every(Boolean));
}

async function start(folder) {
  const port = await freePort();
  const socketPath = path.join(folder, 'redis.sock');
  const child = spawn(program, ['--port', port, '--bind', '127.0.0.1', '--unixsocket', socketPath,
    '--save', '', '--appendonly', 'no', '--dir', folder, '--databases', '2'],
  { argv0: 'redis-server', stdio: 'ignore' });
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const end = async () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    await exited;
  };
  let over = false;
  exited.then(() => { over = true; });
  await until(async () => over || (fs.existsSync(socketPath) && await answers(socketPath, port)));
  return over ? undefined : { port, path: socketPath, end };
}

async function withRedis(body) {
  if (program === undefined) {
    console.log('uvnet: skipped: there is no redis-server');
    process.exit(0);
  }
  const folder = temporaryFolder();
  let redis;
  // Another program may take the port between freePort() and redis.
  for (let i = 0; i < 5 && redis === undefined; i++) redis = await start(folder);
  if (redis === undefined) throw new Error('redis-server does not start');
  try {
    await body(redis);
  } finally {
    await redis.end();
  }
}

module.exports = { withRedis };
