// Connections through others: https-proxy-agent by proxy-chain's server, and socks by a SOCKS 5
// server of this program's own.
'use strict';

const { close, http, inFrontOf, listen, net, once, program, promised, say, text } =
  require('../support');
const { SocksClient } = require('socks');

// As little of RFC 1928 as a client needs: no password, CONNECT to an IPv4 address.
function socksServer() {
  return net.createServer(async (socket) => {
    socket.on('error', () => {});
    const need = async (size) => {
      for (;;) {
        const got = socket.read(size);
        if (got !== null) return got;
        await once(socket, 'readable');
      }
    };
    const [, methods] = await need(2);
    await need(methods);
    socket.write(Buffer.from([5, 0]));
    const asked = await need(10);
    const onward = net.connect(asked.readUInt16BE(8), asked.subarray(4, 8).join('.'));
    onward.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
    onward.on('connect', () => {
      socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
      socket.pipe(onward).pipe(socket);
    });
  });
}

program(async () => {
  const target = inFrontOf(http.createServer((request, response) => request.pipe(response)));
  const port = await listen(target);
  const ask = async (agent, body) => {
    const request = http.request({ method: 'POST', port, host: '127.0.0.1', agent });
    request.end(body);
    return text((await once(request, 'response'))[0]);
  };

  // Modules of these take net by `import`.
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const { Server } = await import('proxy-chain');
  const proxy = new Server({ host: '127.0.0.1', port: 0, verbose: false,
    prepareRequestFunction: ({ username, password }) => ({
      requestAuthentication: !(username === 'me' && password === 'secret') }) });
  // Its own http server never listens: connections come from net.
  const front = net.createServer((socket) => proxy.server.emit('connection', socket));
  const proxyPort = await listen(front);
  const agent = new HttpsProxyAgent(`http://me:secret@127.0.0.1:${proxyPort}`);
  say((await Promise.all(Array.from({ length: 20 }, (_, i) => ask(agent, `${i}`)))).join());
  say((await ask(agent, 'y'.repeat(2 << 20))).length);
  const stranger = new HttpsProxyAgent(`http://127.0.0.1:${proxyPort}`);
  await ask(stranger, 'x').then((answer) => say(answer), (error) => say(error.message));
  agent.destroy();
  stranger.destroy();

  const socks = socksServer();
  const socksPort = await listen(socks);
  const through = (destination) => SocksClient.createConnection({ command: 'connect', destination,
    proxy: { host: '127.0.0.1', port: socksPort, type: 5 } });
  const { socket } = await through({ host: '127.0.0.1', port });
  say(socket instanceof net.Socket);
  socket.resume();
  const request = http.request({ method: 'POST', createConnection: () => socket });
  request.end('socks');
  say(await text((await once(request, 'response'))[0]));
  socket.destroy();
  const holder = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1' });
  await once(holder, 'connect');
  await through({ host: '127.0.0.1', port: holder.localPort }).catch((error) => say(error.message));
  holder.destroy();
  await Promise.all([close(front), close(socks), close(target)]);
  await promised((done) => proxy.server.close(() => done()));
});
