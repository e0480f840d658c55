// ws, server and client: frames of each kind and size, compression, streams, broadcast, closing.
'use strict';

const { assert, bytes, close, digest, http, inFrontOf, listen, once, program, promised, say } =
  require('../support');
const { WebSocket, WebSocketServer, createWebSocketStream } = require('ws');

program(async () => {
  const web = http.createServer();
  const sockets = new WebSocketServer({ server: web, perMessageDeflate: { threshold: 1024 } });
  const server = inFrontOf(web);
  const port = await listen(server);
  sockets.on('connection', (socket, request) => {
    if (request.url === '/kill') return socket.terminate();
    if (request.url === '/stream') {
      const stream = createWebSocketStream(socket);
      return stream.pipe(stream);
    }
    if (request.url === '/everyone') {
      return socket.on('message', (data) => {
        for (const other of sockets.clients) if (other.url !== '/x') other.send(data);
      });
    }
    return socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const open = async (path, options) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
    await once(socket, 'open');
    return socket;
  };

  for (const perMessageDeflate of [false, true]) {
    const socket = await open('/echo', { perMessageDeflate });
    say('extensions', JSON.stringify(socket.extensions));
    for (const message of ['', 'a', 'ä€😀'.repeat(2000), bytes(125), bytes(126), bytes(65535),
      bytes(65536), bytes(1 << 20), Buffer.alloc(3 << 20, 'z')]) {
      socket.send(message);
      const [data, isBinary] = await once(socket, 'message');
      assert.strictEqual(isBinary, typeof message !== 'string');
      say(perMessageDeflate, data.length, digest(data) === digest(message));
    }
    // Fragments, and many messages at once in order.
    for (let i = 0; i < 50; i++) socket.send(`${i},`, { fin: i === 49 });
    say(String((await once(socket, 'message'))[0]));
    const seen = [];
    const all = new Promise((resolve) => {
      socket.on('message', (data) => { if (seen.push(Number(data)) === 500) resolve(); });
    });
    for (let i = 0; i < 500; i++) socket.send(String(i));
    await all;
    assert.deepStrictEqual(seen, Array.from({ length: 500 }, (_, i) => i));
    socket.ping('are you there');
    say('pong', String((await once(socket, 'pong'))[0]));
    socket.close(4321, 'enough');
    const [code, reason] = await once(socket, 'close');
    say('close', code, String(reason));
  }

  const killed = new WebSocket(`ws://127.0.0.1:${port}/kill`);
  const [abnormal] = await once(killed, 'close');
  say('killed', abnormal);

  const stream = createWebSocketStream(await open('/stream'));
  const parts = [];
  const sent = bytes(2 << 20, 7);
  let left = sent.length;
  stream.on('data', (chunk) => {
    parts.push(chunk);
    left -= chunk.length;
    if (left === 0) stream.end();  // not before: the other side answers nothing after a close
  });
  for (let at = 0; at < sent.length; at += 50000) {
    if (!stream.write(sent.subarray(at, at + 50000))) await once(stream, 'drain');
  }
  await once(stream, 'close');
  say('stream', digest(Buffer.concat(parts)) === digest(sent));

  const clients = await Promise.all(Array.from({ length: 20 }, () => open('/everyone')));
  const heard = clients.map((client) => once(client, 'message'));
  clients[3].send('to everyone');
  say((await Promise.all(heard)).filter(([data]) => String(data) === 'to everyone').length);
  const gone = clients.map((client) => once(client, 'close'));
  for (const client of clients) client.close();
  await Promise.all(gone);

  // Refused by the server, and a server that is no websocket server.
  web.on('request', (request, response) => response.writeHead(404).end());
  sockets.options.verifyClient = () => false;
  const refused = new WebSocket(`ws://127.0.0.1:${port}/`);
  say((await once(refused, 'error'))[0].message);
  await promised((done) => sockets.close(done));
  await close(server);
});
