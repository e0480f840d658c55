// tls.TLSSocket over sockets of net, as server and as client: handshake, data both ways, a closed
// and a broken connection; https over such; STARTTLS by hand.
'use strict';

const https = require('https');
const tls = require('tls');
const { bytes, close, digest, http, listen, net, once, program, say, text } = require('../support');

// Anonymous key exchange: a certificate would have to be made first.
const secure = {
  ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2',
  rejectUnauthorized: false, checkServerIdentity: () => undefined,
};
const secureContext = tls.createSecureContext(secure);
const upgrade = (socket, isServer) => new tls.TLSSocket(socket, { isServer, secureContext,
  rejectUnauthorized: false });

program(async () => {
  const server = net.createServer((socket) => {
    const safe = upgrade(socket, true);
    safe.on('error', (error) => say('server', error.code));
    safe.pipe(safe);
  });
  const port = await listen(server);
  const open = async (options) => {
    const socket = net.connect(port, '127.0.0.1');
    const safe = tls.connect({ socket, ...secure, ...options });
    await once(safe, 'secureConnect');
    return [safe, socket];
  };
  for (const size of [1, 20000, 4 << 20]) {
    const [safe, socket] = await open();
    const sent = bytes(size);
    safe.write(sent);
    const parts = [];
    let left = size;
    for await (const part of safe) {
      parts.push(part);
      left -= part.length;
      if (left === 0) safe.end();
    }
    say(safe.getProtocol(), digest(Buffer.concat(parts)) === digest(sent),
      socket.bytesWritten > size);
    if (!socket.closed) await once(socket, 'close');
  }
  // Not TLS at all.
  const plain = net.connect(port, '127.0.0.1', () => plain.write('GET / HTTP/1.1\r\n\r\n'));
  plain.on('error', () => {}).resume();
  await new Promise((resolve) => plain.on('close', resolve));
  await close(server);

  // It begins in plain text.
  const polite = net.createServer((socket) => {
    socket.write('hello\n');
    socket.once('data', (word) => {
      say(String(word));
      socket.write('go on\n');
      const safe = upgrade(socket, true);
      safe.on('data', (data) => safe.end(`secret ${data}`));
    });
  });
  const socket = net.connect(await listen(polite), '127.0.0.1');
  say(String((await once(socket, 'data'))[0]));
  socket.write('STARTTLS');
  say(String((await once(socket, 'data'))[0]));
  const safe = tls.connect({ socket, ...secure });
  safe.write('whisper');
  say(await text(safe));
  await close(polite);

  // https in front of which net listens, and its client over net.
  const web = https.createServer(secure, (request, response) => request.pipe(response));
  const front = net.createServer((accepted) => web.emit('connection', accepted));
  const frontPort = await listen(front);
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const [client] = await new Promise((resolve) => {
      const under = net.connect(frontPort, '127.0.0.1');
      const over = tls.connect({ socket: under, ...secure }, () => resolve([over]));
    });
    const request = http.request({ method: 'POST', createConnection: () => client });
    request.end(`${i}`.repeat(1000));
    const [response] = await once(request, 'response');
    const got = await text(response);
    client.destroy();
    return got === `${i}`.repeat(1000);
  }));
  say(answers.every(Boolean), answers.length);
  await close(front);
});
