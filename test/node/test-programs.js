// What is built on net: http and tls over its sockets, upgrades, workers, async contexts,
// diagnostics, collection of garbage, import.
'use strict';

const { assert, once, test, close, listen, pair, finish, text, never, temporaryPath,
  immediate } = require('./support');
const net = require('net');
const http = require('http');
const tls = require('tls');
const { AsyncLocalStorage, executionAsyncId } = require('async_hooks');
const { Worker } = require('worker_threads');

async function webServer(listener) {
  const web = http.createServer(listener);
  const server = net.createServer((socket) => web.emit('connection', socket));
  const port = await listen(server);
  return [web, server, port];
}

test('http server on connections of net', async () => {
  const [web, server, port] = await webServer((request, response) => {
    assert(request.socket instanceof net.Socket);
    response.setHeader('content-type', 'text/plain');
    request.pipe(response);
  });
  for (const body of ['', 'short', 'long '.repeat(100000)]) {
    const got = await new Promise((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', method: 'POST' }, (response) => {
        text(response).then(resolve, reject);
      });
      request.on('error', reject);
      request.end(body);
    });
    assert.strictEqual(got, body);
  }
  web.close();
  await close(server);
});

test('http server: keep-alive, many requests on one connection', async () => {
  const [web, server, port] = await webServer((request, response) => response.end(request.url));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 20; i++) {
    const [response] = await once(http.get({ port, host: '127.0.0.1', path: `/${i}`, agent }),
      'response');
    assert.strictEqual(await text(response), `/${i}`);
  }
  agent.destroy();
  web.close();
  await close(server);
});

test('http client on a connection of net', async () => {
  const web = http.createServer((request, response) => request.pipe(response));
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const { port } = web.address();
  for (const agent of [undefined, false, new http.Agent({ keepAlive: true })]) {
    for (let i = 0; i < 3; i++) {
      const request = http.request({
        port, host: '127.0.0.1', method: 'POST', agent,
        createConnection: () => net.connect(port, '127.0.0.1'),
      });
      request.end(`request ${i}`);
      const [response] = await once(request, 'response');
      assert.strictEqual(await text(response), `request ${i}`);
    }
    if (agent) agent.destroy();
  }
  web.closeAllConnections();
  await close(web);
});

test('an upgrade hands the raw socket over', async () => {
  const [web, server, port] = await webServer(never('request'));
  web.on('upgrade', (request, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n');
    socket.write(head);
    socket.on('data', (data) => socket.write(`<${data}>`));
    socket.on('end', () => socket.end());
  });
  const request = http.request({
    port, host: '127.0.0.1', headers: { Connection: 'Upgrade', Upgrade: 'raw' },
    createConnection: () => net.connect(port, '127.0.0.1'),
  });
  request.end();
  const [response, socket] = await once(request, 'upgrade');
  assert.strictEqual(response.statusCode, 101);
  assert(socket instanceof net.Socket);
  socket.write('raw');
  const [data] = await once(socket, 'data');
  assert.strictEqual(String(data), '<raw>');
  socket.end();
  socket.resume();
  await once(socket, 'close');
  web.close();
  await close(server);
});

test('CONNECT through a proxy made of net', async () => {
  const target = net.createServer((socket) => socket.end('target'));
  const targetPort = await listen(target);
  const [web, server, port] = await webServer(never('request'));
  web.on('connect', (request, socket) => {
    const [host, to] = request.url.split(':');
    const upstream = net.connect(to, host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
  });
  const request = http.request({ port, host: '127.0.0.1', method: 'CONNECT',
    path: `127.0.0.1:${targetPort}` });
  request.end();
  const [, socket, head] = await once(request, 'connect');
  assert.strictEqual(String(head) + await text(socket), 'target');
  web.close();
  await close(server);
  await close(target);
});

test('http timeouts and bad requests', async () => {
  const [web, server, port] = await webServer(never('request'));
  const socket = net.connect(port, '127.0.0.1');
  socket.write('nonsense\r\n\r\n');
  const answer = await text(socket);
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request/);
  web.timeout = 30;
  const timedOut = once(web, 'timeout');
  const silent = net.connect(port, '127.0.0.1');
  silent.write('GET / HTTP/1.1\r\n');
  const [hanging] = await timedOut;
  assert(hanging instanceof net.Socket);
  hanging.destroy();
  silent.destroy();
  web.close();
  await close(server);
});

// A secret both ends know, instead of certificates.
const secret = {
  ciphers: 'PSK+HIGH',
  maxVersion: 'TLSv1.2',
  checkServerIdentity() {},
  pskCallback: () => ({ psk: Buffer.from('00112233445566778899', 'hex'), identity: 'test' }),
};
const secretServer = { ...secret, isServer: true, pskCallback: () => secret.pskCallback().psk };

test('tls on both ends of connections of net', async () => {
  const server = net.createServer((socket) => {
    const secure = new tls.TLSSocket(socket, secretServer);
    secure.on('error', () => {});
    secure.pipe(secure);
  });
  const port = await listen(server);
  const raw = net.connect(port, '127.0.0.1');
  const secure = tls.connect({ socket: raw, ...secret });
  await once(secure, 'secureConnect');
  const all = Buffer.alloc(300000, 'secret ');
  secure.end(all);
  const chunks = [];
  secure.on('data', (chunk) => chunks.push(chunk));
  await once(secure, 'end');
  assert(Buffer.concat(chunks).equals(all));
  secure.destroy();
  raw.destroy();
  server.close();
  await once(server, 'close');
});

test('tls after plain text on the same connection', async () => {
  const server = net.createServer((socket) => {
    socket.once('data', (data) => {
      assert.strictEqual(String(data), 'STARTTLS\n');
      socket.write('GO\n', () => {
        const secure = new tls.TLSSocket(socket, secretServer);
        secure.on('data', (secret) => secure.end(`secret ${secret}`));
      });
    });
  });
  const port = await listen(server);
  const raw = net.connect(port, '127.0.0.1');
  raw.write('STARTTLS\n');
  await once(raw, 'data');
  const secure = tls.connect({ socket: raw, ...secret });
  secure.write('word');
  assert.strictEqual(await text(secure), 'secret word');
  secure.destroy();
  raw.destroy();
  await close(server);
});

test('tls on a socket that connects later', async () => {
  const server = tls.createServer(secretServer, (secure) => secure.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw = new net.Socket();
  const secure = tls.connect({ socket: raw, ...secret });
  raw.connect(server.address().port, '127.0.0.1');
  assert.strictEqual(await text(secure), 'hello');
  secure.destroy();
  raw.destroy();
  await close(server);
});

test('instances of Node\'s own classes count', async () => {
  const web = http.createServer((request, response) => {
    assert(request.socket instanceof net.Socket);
    response.end();
  });
  assert(web instanceof net.Server);
  assert(!(web instanceof net.Socket));
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const request = http.get({ port: web.address().port, host: '127.0.0.1' });
  const [response] = await once(request, 'response');
  assert(response.socket instanceof net.Socket);
  response.resume();
  await once(response, 'close');
  web.closeAllConnections();
  await close(web);
  for (const value of [null, undefined, 5, 'x', {}, () => {}, new (require('stream').Duplex)()]) {
    assert(!(value instanceof net.Socket));
    assert(!(value instanceof net.Server));
  }
});

test('workers have a net of their own', async () => {
  const worker = new Worker(`
    const net = require('net');
    const { parentPort } = require('worker_threads');
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.end('worker');
      socket.setEncoding('utf8').on('data', (data) => parentPort.postMessage(data));
      socket.on('close', () => server.close());
    });`, { eval: true });
  const [message] = await once(worker, 'message');
  assert.strictEqual(message, 'worker');
  const [code] = await once(worker, 'exit');
  assert.strictEqual(code, 0);
});

test('a worker that is terminated in the middle', async () => {
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(`
      const net = require('net');
      const server = net.createServer((socket) => socket.pipe(socket));
      server.listen(0, '127.0.0.1', () => {
        const socket = net.connect(server.address().port, '127.0.0.1');
        socket.write('x');
        socket.on('data', (data) => {
          socket.write(data);
          require('worker_threads').parentPort.postMessage(0);
        });
      });`, { eval: true });
    await once(worker, 'message');
    await worker.terminate();
  }
});

test('AsyncLocalStorage follows', async () => {
  const storage = new AsyncLocalStorage();
  const server = net.createServer((socket) => socket.pipe(socket));
  const port = await listen(server);
  await Promise.all(['a', 'b', 'c'].map((id) => storage.run(id, async () => {
    const socket = net.connect(port, '127.0.0.1');
    const seen = [];
    for (const name of ['connect', 'ready', 'data', 'end', 'finish', 'close']) {
      socket.on(name, () => seen.push(`${name} ${storage.getStore()}`));
    }
    socket.end(id, () => seen.push(`ended ${storage.getStore()}`));
    await new Promise((resolve) => socket.on('close', resolve));
    for (const one of seen) assert(one.endsWith(` ${id}`), one);
    assert.strictEqual(seen.length >= 7, true);
    assert.strictEqual(storage.getStore(), id);
  })));
  await close(server);
});

test('ticks and microtasks run between events', async () => {
  const [server, client, accepted] = await pair();
  const order = [];
  accepted.once('data', () => {
    order.push('data');
    process.nextTick(() => order.push('tick'));
    Promise.resolve().then(() => order.push('microtask'));
    accepted.once('end', () => order.push('end'));
  });
  client.end('x');
  await once(accepted, 'close');
  assert.deepStrictEqual(order, ['data', 'tick', 'microtask', 'end']);
  await finish(server, client);
});

test('diagnostics channels', async () => {
  const { channel } = require('diagnostics_channel');
  const seen = [];
  const listeners = ['net.client.socket', 'net.server.socket'].map((name) => {
    const listener = ({ socket }) => {
      assert(socket instanceof net.Socket);
      seen.push(name);
    };
    channel(name).subscribe(listener);
    return [channel(name), listener];
  });
  const [server, client, accepted] = await pair();
  assert.deepStrictEqual(seen, ['net.client.socket', 'net.server.socket']);
  for (const [where, listener] of listeners) where.unsubscribe(listener);
  await finish(server, client, accepted);
});

test('a socket that nobody holds lives while it is open', async () => {
  const server = net.createServer((socket) => socket.pipe(socket));
  const port = await listen(server);
  const received = new Promise((resolve) => {
    net.connect(port, '127.0.0.1', function() {
      this.end('alive');
      this.on('data', resolve);
    });
  });
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await immediate();
  }
  assert.strictEqual(String(await received), 'alive');
  await close(server);
});

test('and is collected after close', async () => {
  if (!globalThis.gc) return;
  let collected = 0;
  const registry = new FinalizationRegistry(() => { collected += 1; });
  const server = net.createServer((socket) => {
    registry.register(socket);
    socket.pipe(socket);
  });
  const port = await listen(server);
  for (let i = 0; i < 10; i++) {
    const onread = {
      buffer: i % 2 ? new Uint8Array(10) : () => new Uint8Array(10),
      callback() { socket.end(); },
    };
    const socket = net.connect({ port, host: '127.0.0.1', onread: i < 5 ? undefined : onread });
    registry.register(socket);
    socket.on('data', () => socket.end());
    socket.setTimeout(1000, () => socket.destroy());
    socket.write('x');
    await once(socket, 'close');
  }
  await close(server);
  for (let i = 0; i < 50 && collected < 15; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert(collected >= 15, `only ${collected} of 20 were collected`);
});

test('import gives the same', async () => {
  const module = await import('net');
  assert.strictEqual(module.default, net);
  assert.strictEqual(module.Socket, net.Socket);
  assert.strictEqual(module.connect, net.connect);
  const node = await import('node:net');
  assert.strictEqual(node.default, net);
});

test('child processes have it too', async () => {
  const { fork } = require('child_process');
  const fs = require('fs');
  const file = temporaryPath('child.js');
  fs.writeFileSync(file, `process.send(require('net').Socket.toString().length);`);
  const [length] = await once(fork(file), 'message');
  assert.strictEqual(length, net.Socket.toString().length);
});

test('an async id inside listeners', async () => {
  const [server, client, accepted] = await pair();
  accepted.write('x');
  await new Promise((resolve) => client.once('data', () => {
    assert(executionAsyncId() > 0);
    resolve();
  }));
  await finish(server, client, accepted);
});

test('messages between processes over a path', async () => {
  const path = temporaryPath('ipc.sock');
  const server = net.createServer((socket) => socket.pipe(socket));
  await listen(server, path);
  const { spawn } = require('child_process');
  const args = process.execArgv.filter((arg) => arg !== '--expose-gc');
  const child = spawn(process.execPath, [...args, '-e', `
    const socket = require('net').connect(${JSON.stringify(path)});
    socket.pipe(process.stdout);
    socket.end('by path');`]);
  assert.strictEqual(await text(child.stdout), 'by path');
  await close(server);
});
