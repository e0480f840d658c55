// ssh2, server and client: a command, a shell, much data both ways, forwarded connections, a wrong
// password.
'use strict';

const { bytes, close, digest, listen, net, once, program, promised, say } = require('../support');
const { Client, Server, utils } = require('ssh2');

program(async () => {
  const { private: hostKey } = utils.generateKeyPairSync('ed25519');
  const server = new Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('authentication', (context) => {
      if (context.method === 'password' && context.password === 'secret') context.accept();
      else context.reject(['password']);
    });
    connection.on('error', () => {});
    connection.on('ready', () => {
      connection.on('session', (acceptSession) => {
        acceptSession().on('exec', (accept, reject, { command }) => {
          const stream = accept();
          if (command === 'cat') {
            stream.pipe(stream);
            return stream.on('end', () => stream.exit(0));
          }
          stream.stderr.write('to stderr');
          stream.write(command.toUpperCase());
          stream.exit(3);
          return stream.end();
        });
      });
      connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
        const onward = net.connect(destPort, destIP, () => {
          const stream = accept();
          stream.pipe(onward).pipe(stream);
        });
        onward.on('error', () => reject());
      });
    });
  });
  const port = await listen(server);

  const client = new Client();
  client.connect({ host: '127.0.0.1', port, username: 'me', password: 'secret' });
  await once(client, 'ready');
  // All of it may come in one piece, so the listeners cannot wait for a promise.
  say(await promised((done) => client.exec('whoami', (error, run) => {
    let out = '';
    let code;
    run.on('data', (data) => { out += data; });
    run.stderr.on('data', (data) => { out += data; });
    run.on('exit', (value) => { code = value; });
    run.on('close', () => done(error, `${code} ${out}`));
  })));

  const cat = await promised((done) => client.exec('cat', done));
  const sent = bytes(4 << 20);
  cat.end(sent);
  const parts = [];
  for await (const part of cat) parts.push(part);
  say(digest(Buffer.concat(parts)) === digest(sent));

  const echo = net.createServer((socket) => socket.pipe(socket));
  const echoPort = await listen(echo);
  const answers = await Promise.all(Array.from({ length: 10 }, async (_, i) => {
    const stream = await promised((done) =>
      client.forwardOut('127.0.0.1', 1000, '127.0.0.1', echoPort, done));
    stream.end(`forwarded ${i}`);
    const all = [];
    for await (const part of stream) all.push(part);
    return String(Buffer.concat(all));
  }));
  say(answers.join(', '));
  client.end();
  await once(client, 'close');

  const wrong = new Client();
  wrong.connect({ host: '127.0.0.1', port, username: 'me', password: 'guess' });
  say((await once(wrong, 'error'))[0].level);
  await close(echo);
  await close(server);
});
