// generic-pool with connections as what is pooled: borrowed, checked, thrown away, drained.
'use strict';

const { close, listen, net, once, program, say } = require('../support');
const genericPool = require('generic-pool');

program(async () => {
  let accepted = 0;
  const server = net.createServer((socket) => {
    accepted += 1;
    socket.setEncoding('utf8').on('data', (data) => {
      if (data === 'bye\n') socket.end();
      else socket.write(data.toUpperCase());
    });
  });
  const port = await listen(server);
  const pool = genericPool.createPool({
    async create() {
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket.setEncoding('utf8');
    },
    async destroy(socket) {
      if (socket.closed) return;
      const closed = once(socket, 'close');
      socket.end();
      await closed;
    },
    validate: async (socket) => socket.writable && socket.readable,
  }, { min: 2, max: 5, testOnBorrow: true });

  const ask = (i) => pool.use(async (socket) => {
    socket.write(`word ${i}\n`);
    return (await once(socket, 'data'))[0];
  });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(i)));
  say(answers.every((answer, i) => answer === `WORD ${i}\n`), accepted, pool.size, pool.available);
  // One of them is ended by the server, and is found out when it is borrowed next.
  const broken = await pool.acquire();
  broken.write('bye\n');
  await once(broken, 'close');
  await pool.release(broken);
  const sockets = await Promise.all(Array.from({ length: 5 }, () => pool.acquire()));
  say(sockets.includes(broken), accepted);
  await Promise.all(sockets.map((socket) => pool.release(socket)));
  await pool.drain();
  await pool.clear();
  say(pool.size);
  await close(server);
});
