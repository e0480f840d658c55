// http-proxy between clients and servers whose connections are all net's: requests, bodies, many at
// once, an upgrade, a target that is not there, one that breaks off.
'use strict';

const { assert, bytes, close, digest, http, inFrontOf, listen, NetAgent, net, once, program, say,
  text } = require('../support');
const proxying = require('http-proxy');
const { WebSocket, WebSocketServer } = require('ws');

program(async () => {
  const target = http.createServer((request, response) => {
    if (request.url === '/break') return request.socket.destroy();
    response.setHeader('x-seen', `${request.method} ${request.headers['x-added'] ?? ''}`);
    return request.pipe(response);
  });
  const sockets = new WebSocketServer({ server: target });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  const back = inFrontOf(target);
  const backPort = await listen(back);

  const agent = new NetAgent({ keepAlive: true, maxSockets: 8 });
  const proxy = proxying.createProxyServer({
    target: `http://127.0.0.1:${backPort}`, agent, ws: true, headers: { 'x-added': 'by proxy' },
  });
  proxy.on('error', (error, request, response) => {
    say('proxy error', error.code);
    response.writeHead?.(502).end('no');
  });
  const web = http.createServer((request, response) => proxy.web(request, response));
  web.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  const front = inFrontOf(web);
  const port = await listen(front);

  const clients = new NetAgent({ keepAlive: true });
  const ask = async (path, body, options) => {
    const request = http.request({ port, host: '127.0.0.1', path, method: 'POST', agent: clients,
      ...options });
    request.end(body);
    const [response] = await once(request, 'response');
    return [response, await text(response.setEncoding('latin1') && response)];
  };
  for (const size of [0, 1, 1000, 100000, 2 << 20]) {
    const body = bytes(size).toString('hex');
    const [response, got] = await ask('/', body);
    say(response.statusCode, response.headers['x-seen'], got === body, got.length);
  }
  const many = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(`/${i}`, `body ${i}`)));
  say(many.every(([, got], i) => got === `body ${i}`));
  const [broken, said] = await ask('/break', 'x');
  say(broken.statusCode, said);

  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await once(socket, 'open');
  const message = bytes(300000);
  socket.send(message);
  say('through', digest((await once(socket, 'message'))[0]) === digest(message));
  socket.close(1000);
  say((await once(socket, 'close'))[0]);

  // Nobody listens at the end of a connection.
  const holder = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1' });
  await once(holder, 'connect');
  const wrong = http.createServer((request, response) => proxy.web(request, response,
    { target: `http://127.0.0.1:${holder.localPort}` }));
  const wrongFront = inFrontOf(wrong);
  const [failed] = await ask('/', '', { port: await listen(wrongFront) });
  say(failed.statusCode);
  holder.destroy();

  assert(agent.made > 0 && clients.made > 0);
  agent.destroy();
  clients.destroy();
  sockets.close();
  proxy.close();
  await Promise.all([close(front), close(back), close(wrongFront)]);
});
