// AsyncLocalStorage: which store each callback and event finds. The same for Node's net and ours, so
// what is expected here is what Node showed.
'use strict';

const assert = require('assert');
const { AsyncLocalStorage } = require('async_hooks');
const net = require('net');
const { test } = require('./support');

const storage = new AsyncLocalStorage();
const within = (name, body) => storage.run(name, body);

// Each name with the stores it was seen in, once each.
function seen() {
  const all = {};
  const note = (name) => () => {
    all[name] ??= [];
    const store = String(storage.getStore());
    if (!all[name].includes(store)) all[name].push(store);
  };
  return { all, note };
}

test('callbacks and events of a client', async () => {
  const { all, note } = seen();
  const server = within('server', () => net.createServer((socket) => socket.resume().end()));
  await new Promise((resolve) => within('listen', () => server.listen(0, '127.0.0.1', resolve)));
  const client = within('make', () => new net.Socket());
  within('listeners', () => {
    for (const event of ['connect', 'ready', 'drain', 'finish', 'end', 'close']) {
      client.on(event, note(event));
    }
  });
  client.resume();
  within('connect', () => client.connect(server.address().port, '127.0.0.1', () => {
    note('connect callback')();
    within('now', () => client.write('x', note('written at once')));
    within('cork', () => { client.cork(); client.write('a', note('written corked')); });
    within('uncork', () => client.uncork());
    within('big', () => client.write(Buffer.alloc(8e6), note('written big')));
    within('queued', () => client.write('q', note('written queued')));
    within('end', () => client.end('bye', note('ended')));
  }));
  within('waits', () => client.write('p', note('written before connect')));
  await new Promise((resolve) => client.on('close', () => setImmediate(resolve)));
  await new Promise((resolve) => server.close(resolve));
  for (const [name, stores] of Object.entries(all)) {
    assert.deepStrictEqual(stores, ['connect'], name);
  }
  assert.strictEqual(Object.keys(all).length, 13 - (all.drain ? 0 : 1));
});

test('callbacks and events of an accepted socket: each request has its own', async () => {
  const { all, note } = seen();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    within('big', () => socket.write(Buffer.alloc(8e6), note('written big')));
    socket.on('data', note('data'));
    socket.on('finish', note('finish'));
    socket.on('close', note('close'));
    socket.on('end', () => {
      note('end')();
      within('end', () => socket.end(note('ended')));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = net.connect(server.address().port, '127.0.0.1');
  let read = 0;
  client.on('data', (chunk) => {
    read += chunk.length;
    if (read === 8e6) client.end('bye');
  });
  await new Promise((resolve) => client.on('close', resolve));
  await new Promise((resolve) => server.close(resolve));
  assert.deepStrictEqual(all, {
    'written big': ['big'],
    'data': ['undefined'],
    'end': ['undefined'],
    'ended': ['end'],
    'finish': ['end'],
    'close': ['undefined'],
  });
});

test('getConnections(), listen() and close() call back where they were called', async () => {
  const { all, note } = seen();
  const server = within('make', () => net.createServer());
  await new Promise((resolve) => within('listen', () => server.listen(0, '127.0.0.1', () => {
    note('listen')();
    resolve();
  })));
  await new Promise((resolve) => within('count', () => server.getConnections(() => {
    note('getConnections')();
    resolve();
  })));
  await new Promise((resolve) => within('close', () => server.close(() => {
    note('close')();
    resolve();
  })));
  assert.deepStrictEqual(all,
    { listen: ['listen'], getConnections: ['count'], close: ['close'] });
});
