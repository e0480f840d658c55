// The server of the benchmarks in JavaScript: server.js MODE WHERE [BACKEND] [--api WORD], like
// uvnet-bench-server. Run by plain node it is stock net; with `-r lib/node/register.js` the same
// program runs on the addon; Bun runs it on its own node:net.
'use strict';

const net = require('net');

const SOURCE_BLOCK = 64 * 1024;
const PIECE = 16;
const MODES = ['echo', 'sink', 'source', 'churn', 'proxy', 'pieces'];
const APIS = ['data', 'pipe', 'cork', 'plain'];

function usage() {
  console.error('usage: server.js echo|sink|source|churn|pieces WHERE [--api data|pipe|cork|plain]');
  console.error('       server.js proxy WHERE BACKEND\nWHERE is PORT or unix:PATH');
  process.exit(2);
}

function parseWhere(text) {
  if (text.startsWith('unix:')) return { path: text.slice(5) };
  const [host, port] = text.includes(':') ? text.split(':') : ['127.0.0.1', text];
  return { host, port: Number(port) };
}

const plain = process.argv.slice(2);
let api = 'data';
const at = plain.indexOf('--api');
if (at !== -1) [, api] = plain.splice(at, 2);
const [mode, where, backend] = plain;
if (!MODES.includes(mode) || !APIS.includes(api) || where === undefined) usage();
if ((mode === 'proxy') !== (backend !== undefined)) usage();

function block() {
  const bytes = Buffer.alloc(SOURCE_BLOCK);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i ^ (i >> 8)) & 0xff;
  return bytes;
}

// What each mode does with a connection.
const serve = {
  echo(socket) {
    if (api === 'pipe') socket.pipe(socket);
    else socket.on('data', (chunk) => { socket.write(chunk); });
  },

  sink(socket) {
    let count = 0;
    socket.on('data', (chunk) => { count += chunk.length; });
    socket.on('end', () => { socket.end(String(count)); });
  },

  source(socket) {
    const bytes = block();
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', more);
    more();
  },

  proxy(socket) {
    const other = net.connect({ ...parseWhere(backend), noDelay: true });
    other.on('error', () => socket.destroy());
    socket.on('close', () => other.destroy());
    other.on('close', () => socket.destroy());
    socket.pipe(other);
    other.pipe(socket);
  },

  // Many small writes in one turn.
  pieces(socket) {
    socket.on('data', (chunk) => {
      if (api === 'cork') socket.cork();
      for (let i = 0; i < chunk.length; i += PIECE) socket.write(chunk.subarray(i, i + PIECE));
      if (api === 'cork') socket.uncork();
    });
  },
};
serve.churn = serve.echo;

const options = { noDelay: mode !== 'churn', allowHalfOpen: mode === 'sink' };
const server = net.createServer(options, (socket) => {
  // A client that is stopped resets its connections; that is no error of the server.
  socket.on('error', () => {});
  serve[mode](socket);
});
server.listen({ backlog: 511, ...parseWhere(where) }, () => {
  console.log(`listening ${server.address().port ?? 0}`);
});
process.on('SIGTERM', () => process.exit(0));
