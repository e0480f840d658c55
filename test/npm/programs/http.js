// Node's http on both sides over connections of net: the server's by emit('connection'), the
// client's by an agent's createConnection.
'use strict';

const { bytes, close, digest, http, inFrontOf, listen, net, NetAgent, once, program, say, text } =
  require('../support');
const zlib = require('zlib');

program(async () => {
  const web = http.createServer(async (request, response) => {
    if (request.url === '/gzip') {
      response.setHeader('content-encoding', 'gzip');
      return request.pipe(zlib.createGzip()).pipe(response);
    }
    if (request.url === '/chunks') {
      for (let i = 0; i < 100; i++) response.write(`${i}\n`);
      response.addTrailers({ 'x-lines': '100' });
      return response.end();
    }
    if (request.url === '/break') {
      response.write('so much');
      return setImmediate(() => request.socket.destroy());
    }
    return request.pipe(response);
  });
  web.on('checkContinue', (request, response) => {
    response.writeContinue();
    request.pipe(response);
  });
  web.on('connect', (request, socket, head) => {
    const [host, port] = request.url.split(':');
    const onward = net.connect(port, host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
  });
  web.on('clientError', (error, socket) => {
    say('client error', error.code);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const server = inFrontOf(web);
  const port = await listen(server);

  const agent = new NetAgent({ keepAlive: true, maxSockets: 4 });
  const ask = (path, options) => http.request({ port, host: '127.0.0.1', path, agent,
    method: 'POST', ...options });
  for (const size of [0, 10, 65536, 3 << 20]) {
    const request = ask('/');
    const sent = bytes(size);
    request.end(sent);
    const [response] = await once(request, 'response');
    const parts = [];
    for await (const part of response) parts.push(part);
    say(response.statusCode, digest(Buffer.concat(parts)) === digest(sent));
  }
  const zipped = ask('/gzip');
  zipped.end('much '.repeat(100000));
  say((await text((await once(zipped, 'response'))[0].pipe(zlib.createGunzip()))).length);

  const chunked = ask('/chunks');
  chunked.end();
  const [chunks] = await once(chunked, 'response');
  say((await text(chunks)).split('\n').length, JSON.stringify(chunks.trailers));

  const expecting = ask('/', { headers: { expect: '100-continue' } });
  await once(expecting, 'continue');
  expecting.end('continued');
  say(await text((await once(expecting, 'response'))[0]));

  const many = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
    const request = ask('/');
    request.end(String(i));
    return text((await once(request, 'response'))[0]);
  }));
  say(many.every((got, i) => got === String(i)), agent.made <= 4);

  const broken = ask('/break');
  broken.end();
  const [response] = await once(broken, 'response');
  await text(response).catch((error) => say(error.code));
  const aborted = ask('/');
  aborted.write('x');
  aborted.on('error', (error) => say(error.code));
  await once(aborted, 'socket');
  aborted.destroy();
  await new Promise((resolve) => aborted.on('close', resolve));

  // CONNECT through it, then a request through that.
  const connect = ask(`127.0.0.1:${port}`, { method: 'CONNECT', agent: undefined,
    createConnection: net.connect });
  connect.end();
  const [, tunnel] = await once(connect, 'connect');
  const inner = ask('/', { agent: undefined, createConnection: () => tunnel });
  inner.end('through the tunnel');
  say(await text((await once(inner, 'response'))[0]));
  tunnel.destroy();

  // What is not http, and a pipeline of requests by hand.
  const rude = net.connect(port, '127.0.0.1');
  rude.end('what\r\n\r\n');
  say((await text(rude)).split('\r\n')[0]);
  const pipelined = net.connect(port, '127.0.0.1');
  pipelined.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nok'.repeat(20));
  let answers = '';
  for await (const part of pipelined.setEncoding('latin1')) {
    answers += part;
    if (answers.split('ok\r\n').length === 21) break;
  }
  say(answers.split('HTTP/1.1 200 OK').length - 1);

  agent.destroy();
  web.closeAllConnections();
  await close(server);
});
