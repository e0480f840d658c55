// ioredis against a real redis-server, over TCP and a Unix socket: pipelines, transactions,
// subscriptions, blocking calls, large values, scripts, and reconnecting after being thrown out.
'use strict';

const { bytes, digest, once, program, say } = require('../support');
const { withRedis } = require('../redis-server');
const Redis = require('ioredis');

async function work(where) {
  const redis = new Redis({ ...where, retryStrategy: () => 20, maxRetriesPerRequest: 10 });
  await once(redis, 'ready');
  say(await redis.set('name', 'Grüße'), await redis.get('name'), await redis.get('none'));

  const numbers = redis.pipeline();
  for (let i = 0; i < 1000; i++) numbers.incrby('sum', i);
  const results = await numbers.exec();
  say(results.length, results.at(-1)[1]);
  say(JSON.stringify(await redis.multi().set('a', 1).incr('a').lpush('a', 'x').exec()
    .then((all) => all.map(([error, value]) => error?.message ?? value))));
  say((await Promise.all(Array.from({ length: 500 }, (_, i) => redis.echo(String(i)))))
    .every((value, i) => value === String(i)));

  const large = bytes(5 << 20);
  await redis.set('large', large);
  say(digest(await redis.getBuffer('large')) === digest(large));
  await redis.hset('hash', { one: 1, two: 2 });
  say(JSON.stringify(await redis.hgetall('hash')));
  say(await redis.eval('return redis.call("get", KEYS[1]) .. ARGV[1]', 1, 'name', '!'));
  await redis.eval('local x = redis.call("nosuch")', 0).catch((error) => say(error.name));

  await redis.mset(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k:${i}`, i])));
  const found = new Set();
  for await (const keys of redis.scanStream({ match: 'k:*', count: 50 })) {
    for (const key of keys) found.add(key);
  }
  say(found.size);

  // A second connection listens, a third one waits.
  const listener = redis.duplicate();
  await listener.subscribe('news');
  const news = once(listener, 'message');
  say(await redis.publish('news', 'hello'), (await news).join(' '));
  const waiter = redis.duplicate();
  const popped = waiter.blpop('queue', 5);
  await redis.rpush('queue', 'job');
  say((await popped).join(' '));

  // Thrown out, it comes back by itself, with its subscriptions.
  const again = once(listener, 'ready');
  say(await redis.client('KILL', 'TYPE', 'pubsub'));
  await again;
  const late = once(listener, 'message');
  while (await redis.publish('news', 'again') === 0) await new Promise(setImmediate);
  say((await late).join(' '));

  await redis.flushall();
  say(await redis.quit(), await listener.unsubscribe(), await listener.quit(), await waiter.quit());
}

program(() => withRedis(async ({ port, path }) => {
  await work({ host: '127.0.0.1', port });
  await work({ path });

  const nowhere = new Redis({ path: `${path}.none`, retryStrategy: null, lazyConnect: true });
  const failed = once(nowhere, 'error');
  await nowhere.connect().catch((error) => say(error.message));
  say((await failed)[0].code);
}));
