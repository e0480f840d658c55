// redis (node-redis) against a real redis-server: its own queue, RESP 3, subscriptions, a pool,
// and reconnecting.
'use strict';

const { bytes, digest, program, say } = require('../support');
const { withRedis } = require('../redis-server');
const { createClient, createClientPool, RESP_TYPES } = require('redis');

async function work(socket) {
  const options = { socket: { ...socket, reconnectStrategy: 20 }, RESP: 3 };
  const client = createClient(options);
  let errors = 0;
  client.on('error', () => { errors += 1; });
  await client.connect();
  say(await client.set('key', 'value'), await client.get('key'));
  say((await Promise.all(Array.from({ length: 1000 }, () => client.incr('count')))).at(-1));
  say(JSON.stringify(await client.multi().hSet('h', 'a', 1).hGetAll('h').ping().exec()));
  const large = bytes(3 << 20, 5);
  await client.set('large', large);
  const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  say(digest(await buffers.get('large')) === digest(large));

  const listener = client.duplicate();
  listener.on('error', () => { errors += 1; });
  await listener.connect();
  const heard = [];
  let enough;
  const all = new Promise((resolve) => { enough = resolve; });
  await listener.pSubscribe('news:*', (message, channel) => {
    if (heard.push(`${channel}=${message}`) === 100) enough();
  });
  for (let i = 0; i < 100; i++) void client.publish(`news:${i % 3}`, String(i));
  await all;
  say(heard.length, heard[0], heard[99]);

  const back = new Promise((resolve) => client.on('ready', resolve));
  const id = await client.clientId();
  await listener.pUnsubscribe();
  say(await listener.clientKill({ filter: 'ID', id }));
  await back;
  say(await client.get('key'), errors > 0);

  const pool = createClientPool(options, { minimum: 1, maximum: 4 });
  await pool.connect();
  say((await Promise.all(Array.from({ length: 40 }, (_, i) => pool.echo(String(i))))).join(' '));
  await pool.close();
  await client.flushAll();
  await listener.close();
  await client.close();
}

program(() => withRedis(async ({ port, path }) => {
  await work({ host: '127.0.0.1', port });
  await work({ path });
}));
