// What programs do with socket._handle and server._handle, and with Node's HTTP parser on it.
'use strict';

const { assert, once, test, finish, listen, pair } = require('./support');
const { execFile } = require('child_process');
const net = require('net');
const { promisify } = require('util');

test('a write after _handle.close() fails as on a closed descriptor', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  let told;
  client._handle.close();
  client.write('text', (error) => { told = error; });
  const [error] = await once(client, 'error');
  assert.strictEqual(error.message, 'write EBADF');
  assert.deepStrictEqual([error.code, error.syscall, error.constructor], ['EBADF', 'write', Error]);
  assert.strictEqual(told, error);
  await finish(server, accepted);
});

test('a write after the handle was taken away fails as on a closed socket', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  client._handle.close();
  client._handle = null;
  client.write('text');
  const [error] = await once(client, 'error');
  assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED');
  assert.strictEqual(error.message, 'Socket is closed');
  await finish(server, accepted);
});

test('text is no buffer', async () => {
  const [server, client, accepted] = await pair();
  assert.throws(() => client.write('text', 'buffer'),
    { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: 'Second argument must be a buffer' });
  await finish(server, client, accepted);
});

test("server.address() asks the handle's getsockname() that a program has put there", async () => {
  const server = net.createServer();
  await listen(server);
  server._handle.getsockname = () => -22;
  assert.throws(() => server.address(), { message: 'address EINVAL', syscall: 'address' });
  server._handle.getsockname = (out) => {
    out.address = 'somewhere';
    return 0;
  };
  assert.deepStrictEqual({ ...server.address() }, { address: 'somewhere' });
  server.close();
  await once(server, 'close');
});

test('a write after _handle = null fails as on a closed socket', async () => {
  const [server, client, accepted] = await pair();
  accepted.resume();
  const { _handle: handle } = client;
  client._handle = null;
  let told;
  assert.strictEqual(client.write('text', (error) => { told = error; }), false);
  const [error] = await once(client, 'error');
  assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED');
  assert.strictEqual(told, error);
  if (!client.destroyed || !accepted.destroyed) handle.close();  // Node's has nobody left to close it
  await finish(server, accepted);
});

// In a process of its own: whoever reaches a parser some other way must not find it unprepared.
test("a parser of Node's _http_common takes what a socket reads", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, '-e', `
    const common = require('_http_common');
    const net = require('net');
    const server = net.createServer((socket) => {
      const parser = common.parsers.alloc();
      parser.initialize(common.HTTPParser.REQUEST, {});
      parser.onIncoming = (request) => {
        console.log(request.url);
        server.close();
        socket.destroy();
        return 0;
      };
      parser.consume(socket._handle);
    }).listen(0, '127.0.0.1', () => {
      net.connect(server.address().port, '127.0.0.1').on('error', () => {})
        .write('GET /path HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n');
    });`]);
  assert.strictEqual(stdout, '/path\n');
});

test("Node's HTTP parser takes what a socket reads", async () => {
  process.noDeprecation = true;
  const { HTTPParser } = process.binding('http_parser');
  const [server, client, accepted] = await pair();
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.RESPONSE, {}, 0, 0);
  const heard = [];
  parser[HTTPParser.kOnHeadersComplete] = () => { heard.push('headers'); };
  parser[HTTPParser.kOnBody] = (body) => { heard.push(String(body)); };
  const complete = new Promise((resolve) => {
    parser[HTTPParser.kOnMessageComplete] = () => resolve(heard.push('complete'));
  });
  let executed = 0;
  parser[HTTPParser.kOnExecute] = () => { executed += 1; };
  parser.consume(client._handle);
  accepted.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo');
  setImmediate(() => accepted.write('dy\r\n0\r\n\r\n'));
  await complete;
  assert.strictEqual(heard[0], 'headers');
  assert.strictEqual(heard.slice(1, -1).join(''), 'body');
  await new Promise(setImmediate);
  assert(executed >= 1);
  parser.unconsume();
  await finish(server, client, accepted);
});
