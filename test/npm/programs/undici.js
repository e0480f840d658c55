// undici, whose clients connect with net: request, stream, pipeline, pool, fetch, upgrades, aborts,
// over TCP and a Unix socket.
'use strict';

const path = require('path');
const { Writable } = require('stream');
const { assert, bytes, close, digest, http, inFrontOf, listen, once, program, say,
  temporaryFolder } = require('../support');
const { Agent, Client, Pool, fetch, request, stream, WebSocket } = require('undici');
const { WebSocketServer } = require('ws');

async function work(server, origin, options) {
  const client = new Client(origin, { pipelining: 10, ...options });
  for (const size of [0, 5, 70000, 3 << 20]) {
    const sent = bytes(size);
    const { statusCode, body } = await client.request({ path: '/', method: 'POST', body: sent });
    say(statusCode, digest(Buffer.from(await body.arrayBuffer())) === digest(sent));
  }
  const all = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    const { body } = await client.request({ path: `/${i}`, method: 'PUT', body: String(i) });
    return body.text();
  }));
  say(all.every((text, i) => text === String(i)));
  const aborting = new AbortController();
  const never = client.request({ path: '/never', method: 'GET', signal: aborting.signal });
  setImmediate(() => aborting.abort());
  await never.catch((error) => say(error.name));
  await client.request({ path: '/break', method: 'GET' }).catch((error) => say(error.code));
  await client.close();

  const pool = new Pool(origin, { connections: 4, ...options });
  const parts = await Promise.all(Array.from({ length: 60 }, async (_, i) => {
    const { body } = await pool.request({ path: '/', method: 'POST', body: 'x'.repeat(i * 1000) });
    return (await body.text()).length;
  }));
  say(parts.reduce((sum, length) => sum + length), pool.stats.connected <= 4);
  await pool.close();

  const dispatcher = new Agent({ connect: options });
  const response = await fetch(`${origin}/`, { method: 'POST', body: 'fetched', dispatcher });
  say(response.status, await response.text());
  const chunks = [];
  const slow = new Writable({
    write(chunk, encoding, done) {
      chunks.push(chunk);
      setImmediate(done);
    },
  });
  await stream(`${origin}/`, { method: 'POST', body: bytes(500000), dispatcher }, () => slow);
  say(digest(Buffer.concat(chunks)) === digest(bytes(500000)));
  const refused = await request('http://127.0.0.1:1/', { dispatcher: new Agent({
    connect: { socketPath: '/nowhere/at/all' } }) }).catch((error) => error);
  say(refused.code);

  const socket = new WebSocket(origin.replace('http', 'ws'), { dispatcher });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const heard = new Promise((resolve) => socket.addEventListener('message', resolve));
  socket.send('over a websocket');
  say((await heard).data);
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  socket.close();
  await closed;
  await dispatcher.close();
}

program(async () => {
  const web = http.createServer((asked, response) => {
    if (asked.url === '/never') return;
    if (asked.url === '/break') return void asked.socket.destroy();
    asked.pipe(response);
  });
  const sockets = new WebSocketServer({ server: web });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  const server = inFrontOf(web);
  const port = await listen(server);
  await work(server, `http://127.0.0.1:${port}`, {});
  await close(server);

  const local = inFrontOf(web);
  const socketPath = path.join(temporaryFolder(), 'http');
  await listen(local, socketPath);
  await work(local, 'http://localhost', { socketPath });
  assert.strictEqual(local.address(), socketPath);
  const closed = once(local, 'close');
  local.close();
  await closed;
  sockets.close();
});
