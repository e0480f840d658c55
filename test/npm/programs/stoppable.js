// stoppable, and others' way of ending a server gracefully: by its 'connection' events and sockets.
'use strict';

const { http, inFrontOf, listen, net, once, program, promised, say, text } = require('../support');
const stoppable = require('stoppable');

program(async () => {
  for (const grace of [Infinity, 50]) {
    const held = [];
    const web = http.createServer((request, response) => {
      if (request.url === '/hold') held.push(response);
      else response.end('quick');
    });
    const server = stoppable(inFrontOf(web), grace);
    const port = await listen(server);
    // One that asks nothing and does not end when the server does, one that waits for its answer.
    const idle = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(idle, 'connect');
    const waiting = http.request({ port, host: '127.0.0.1', path: '/hold', agent: undefined,
      createConnection: (options) => net.connect(options) });
    const answer = new Promise((resolve) => {
      waiting.on('response', (response) => text(response).then(resolve));
      waiting.on('error', (error) => resolve(error.code));
    });
    waiting.end();
    while (held.length === 0) await new Promise(setImmediate);
    say(await promised((done) => server.getConnections(done)));
    idle.resume();
    const stopped = promised((done) => server.stop(done));
    if (grace === Infinity) {
      held[0].end('at last');
      idle.end();
    }
    say(await answer, await stopped);
    idle.destroy();
  }
});
