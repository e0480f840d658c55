// jayson: JSON-RPC over a TCP connection of net, server and client.
'use strict';

const { close, listen, net, program, promised, say } = require('../support');
const jayson = require('jayson');

program(async () => {
  const server = new jayson.Server({
    add: ([a, b], done) => done(null, a + b),
    reverse: ([text], done) => setImmediate(() => done(null, [...text].reverse().join(''))),
    fail: (_, done) => done({ code: -1, message: 'no' }),
  }).tcp();
  const port = await listen(server);
  say(server instanceof net.Server);
  const client = jayson.Client.tcp({ host: '127.0.0.1', port });
  const ask = (method, ...values) => promised((done) => client.request(method, values, done));
  say((await ask('add', 1, 2)).result);
  const long = 'äöü€'.repeat(100000);
  say((await ask('reverse', long)).result === [...long].reverse().join(''));
  say(JSON.stringify((await ask('fail')).error), (await ask('none')).error.code);
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => ask('add', i, i)));
  say(all.every(({ result }, i) => result === 2 * i));
  await close(server);
  await ask('add', 1, 1).catch((error) => say(error.code));
});
