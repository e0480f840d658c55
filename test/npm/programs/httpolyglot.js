// @httptoolkit/httpolyglot: a subclass of net.Server that looks at the first bytes, puts them back,
// and gives the connection to an http or a tls server.
'use strict';

const { assert, close, http, listen, net, once, program, say, text } = require('../support');
const httpolyglot = require('@httptoolkit/httpolyglot');

program(async () => {
  const server = httpolyglot.createServer({
    unknownProtocol: net.createServer((socket) => {
      socket.setEncoding('latin1').once('data', (data) => socket.end(`no idea: ${data}`));
    }),
  }, (request, response) => request.pipe(response));
  assert(server instanceof net.Server);
  const port = await listen(server);
  const agent = new http.Agent({ keepAlive: true });
  agent.createConnection = (options) => net.connect(options);
  const ask = async (body) => {
    const request = http.request({ method: 'POST', port, host: '127.0.0.1', agent });
    request.end(body);
    return text((await once(request, 'response'))[0]);
  };
  say(await ask('first'), await ask('second'), (await ask('x'.repeat(1 << 20))).length);
  const all = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(String(i))));
  say(all.every((got, i) => got === String(i)));
  // A request that comes one byte at a time.
  const slow = net.connect({ port, host: '127.0.0.1', noDelay: true });
  for (const byte of 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
    slow.write(byte);
    await new Promise(setImmediate);
  }
  say((await text(slow)).split('\r\n')[0]);
  const odd = net.connect(port, '127.0.0.1');
  odd.write('\x01\x02 something else');
  say(JSON.stringify(await text(odd)));
  agent.destroy();
  await close(server);
});
