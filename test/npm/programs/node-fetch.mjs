// node-fetch and axios with an agent whose connections are net's, against an http server over such.
import http from 'http';
import axios from 'axios';
import fetch, { FormData, Blob } from 'node-fetch';
import support from '../support.js';

const { bytes, close, digest, inFrontOf, listen, NetAgent, program, say, text } = support;

program(async () => {
  const server = inFrontOf(http.createServer(async (request, response) => {
    if (request.url === '/again') return response.writeHead(302, { location: '/echo' }).end();
    if (request.url === '/short') {
      response.setHeader('content-length', 100);
      response.write('too short');
      return setTimeout(() => request.socket.destroy(), 5);
    }
    if (request.url === '/form') return response.end(String((await text(request)).length > 3000));
    response.setHeader('x-method', request.method);
    return request.pipe(response);
  }));
  const url = `http://127.0.0.1:${await listen(server)}`;
  const agent = new NetAgent({ keepAlive: true });

  for (const size of [1, 100000, 4 << 20]) {
    const body = bytes(size);
    const response = await fetch(`${url}/echo`, { method: 'POST', body, agent });
    say(response.status, digest(Buffer.from(await response.arrayBuffer())) === digest(body));
    const { data } = await axios.put(`${url}/echo`, body,
      { httpAgent: agent, responseType: 'arraybuffer', proxy: false });
    say(digest(data) === digest(body));
  }
  const moved = await fetch(`${url}/again`, { agent });
  say(moved.redirected, moved.headers.get('x-method'), (await moved.text()).length);
  const form = new FormData();
  form.set('file', new Blob(['x'.repeat(3000)]), 'file.txt');
  say(await (await fetch(`${url}/form`, { method: 'POST', body: form, agent })).text());
  const short = await fetch(`${url}/short`, { agent });
  await short.text().catch((error) => say(error.code ?? error.name));
  await axios.get(`${url}/short`, { httpAgent: agent, proxy: false })
    .catch((error) => say(error.code));
  const aborting = new AbortController();
  const asked = fetch(`${url}/echo`, { agent, signal: aborting.signal });
  aborting.abort();
  await asked.catch((error) => say(error.name));
  const many = await Promise.all(Array.from({ length: 50 }, async (_, i) =>
    (await fetch(`${url}/echo`, { method: 'POST', body: String(i), agent })).text()));
  say(many.every((got, i) => got === String(i)));
  agent.destroy();
  await close(server);
});
