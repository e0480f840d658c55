// socket.io, server and client: websocket, rooms, acknowledgements, binary, reconnecting.
'use strict';

const { bytes, close, digest, http, inFrontOf, listen, NetAgent, once, program, say,
  until } = require('../support');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');

program(async () => {
  const web = http.createServer();
  const server = new Server(web);
  const front = inFrontOf(web);
  const port = await listen(front);
  server.on('connection', (socket) => {
    socket.on('join', (room, done) => {
      socket.join(room);
      done();
    });
    socket.on('tell', (room, what) => socket.to(room).emit('told', what));
    socket.on('ask', (what, done) => done(what));
  });
  const open = async () => {
    const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true,
      agent: new NetAgent(), reconnectionDelay: 10, reconnectionDelayMax: 20 });
    await new Promise((resolve) => client.on('connect', resolve));
    return client;
  };
  const clients = await Promise.all(Array.from({ length: 10 }, open));
  await Promise.all(clients.map((client, i) => client.emitWithAck('join', `room ${i % 2}`)));
  const others = clients.filter((client, i) => i % 2 === 1 && i > 1);
  const told = others.map((client) => once(client, 'told'));
  clients[1].emit('tell', 'room 1', { text: 'hello', data: bytes(1000) });
  say((await Promise.all(told)).filter(([{ text, data }]) => text === 'hello' &&
    digest(data) === digest(bytes(1000))).length);
  for (const what of ['word', { a: [1, { b: null }] }, 'ü'.repeat(300000)]) {
    say(JSON.stringify(await clients[0].emitWithAck('ask', what)) === JSON.stringify(what));
  }
  const large = await clients[0].emitWithAck('ask', bytes(900000));
  say(digest(large) === digest(bytes(900000)));
  const many = await Promise.all(Array.from({ length: 300 }, (_, i) =>
    clients[i % 10].emitWithAck('ask', i)));
  say(many.every((got, i) => got === i));

  // Its connection breaks; it comes back and what was said meanwhile arrives.
  const reason = new Promise((resolve) => clients[0].once('disconnect', resolve));
  clients[0].io.engine.close();
  say(await reason);
  clients[0].connect();
  say(await clients[0].timeout(5000).emitWithAck('ask', 'again'));
  for (const client of clients) client.close();
  await until(() => server.engine.clientsCount === 0);
  server.engine.close();
  await close(front);
});
