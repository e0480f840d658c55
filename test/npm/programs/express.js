// express on connections of net: bodies, files, streams, errors, the peer's address.
'use strict';

const fs = require('fs');
const path = require('path');
const { bytes, close, digest, http, inFrontOf, listen, NetAgent, once, program, say,
  temporaryFolder, text } = require('../support');
const express = require('express');

program(async () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'file.bin'), bytes(2 << 20));
  const app = express();
  app.use(express.json({ limit: '1mb' }), express.text());
  app.use('/files', express.static(folder));
  app.post('/json', (request, response) => response.json({ got: request.body, ip: request.ip }));
  app.post('/text', (request, response) => response.send([...request.body].reverse().join('')));
  app.get('/events', (request, response) => {
    response.type('text/event-stream');
    let i = 0;
    const more = () => {
      response.write(`data: ${i}\n\n`);
      if (++i < 10) setImmediate(more);
      else response.end();
    };
    more();
  });
  app.get('/wrong', () => { throw new Error('wrong'); });
  app.use((error, request, response, next) => {
    void next;
    response.status(error.status ?? 500).send(error.message);
  });
  const server = inFrontOf(http.createServer(app));
  const port = await listen(server);
  const agent = new NetAgent({ keepAlive: true, maxSockets: 3 });
  const ask = async (method, url, body, headers) => {
    const request = http.request({ method, path: url, port, host: '127.0.0.1', agent, headers });
    request.end(body);
    return (await once(request, 'response'))[0];
  };
  const json = { 'content-type': 'application/json' };
  const plain = { 'content-type': 'text/plain' };
  say(await text(await ask('POST', '/json', JSON.stringify({ a: [1, 2] }), json)));
  say((await ask('POST', '/json', '{"a"', json)).resume().statusCode);
  say((await ask('POST', '/json', JSON.stringify('x'.repeat(2 << 20)), json)).resume().statusCode);
  say(await text(await ask('POST', '/text', 'abc', plain)));
  say((await text(await ask('GET', '/events'))).length);
  say(await text(await ask('GET', '/wrong')));
  say((await ask('GET', '/none')).resume().statusCode);
  const parts = [];
  for await (const part of await ask('GET', '/files/file.bin')) parts.push(part);
  say(digest(Buffer.concat(parts)) === digest(bytes(2 << 20)));
  const range = await ask('GET', '/files/file.bin', undefined, { range: 'bytes=100-199' });
  const [some] = await once(range, 'data');
  say(range.statusCode, some.equals(bytes(2 << 20).subarray(100, 200)));
  const all = await Promise.all(Array.from({ length: 100 }, async (_, i) =>
    text(await ask('POST', '/text', `${i}`, plain))));
  say(all.every((got, i) => got === [...`${i}`].reverse().join('')));
  agent.destroy();
  await close(server);
});
