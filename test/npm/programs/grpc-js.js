// @grpc/grpc-js: its client connects with net, its server takes connections that net accepted.
'use strict';

const { bytes, close, digest, listen, net, program, promised, say } = require('../support');
const grpc = require('@grpc/grpc-js');

const raw = { requestSerialize: (value) => value, requestDeserialize: (value) => value,
  responseSerialize: (value) => value, responseDeserialize: (value) => value };
const service = {
  echo: { path: '/s/echo', requestStream: false, responseStream: false, ...raw },
  chat: { path: '/s/chat', requestStream: true, responseStream: true, ...raw },
};

program(async () => {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(service, {
    echo({ request }, done) {
      if (String(request) === 'fail') done({ code: grpc.status.ABORTED, details: 'as you wish' });
      else done(null, request);
    },
    chat(call) {
      call.on('data', (message) => call.write(message));
      call.on('end', () => call.end());
    },
  });
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const front = net.createServer((socket) => injector.injectConnection(socket));
  const port = await listen(front);

  const Service = grpc.makeGenericClientConstructor(service, 's');
  const client = new Service(`127.0.0.1:${port}`, grpc.credentials.createInsecure(),
    { 'grpc.max_receive_message_length': -1, 'grpc.enable_http_proxy': 0 });
  for (const size of [1, 70000, 5 << 20]) {
    const sent = bytes(size);
    say(digest(await promised((done) => client.echo(sent, done))) === digest(sent));
  }
  const all = await Promise.all(Array.from({ length: 200 }, (_, i) =>
    promised((done) => client.echo(Buffer.from(String(i)), done))));
  say(all.every((got, i) => String(got) === String(i)));
  await promised((done) => client.echo(Buffer.from('fail'), done)).catch((error) => {
    say(error.code, error.details);
  });
  const chat = client.chat();
  const heard = [];
  chat.on('data', (message) => {
    heard.push(String(message));
    if (heard.length === 100) chat.end();
  });
  for (let i = 0; i < 100; i++) chat.write(Buffer.from(String(i)));
  await new Promise((resolve) => chat.on('end', resolve));
  say(heard.every((message, i) => message === String(i)), heard.length);
  client.close();
  await promised((done) => server.tryShutdown(done));
  injector.destroy();
  await close(front);
});
