// What require('net') is: names, identities, classes, and what its objects show before use.
'use strict';

const { assert, test } = require('./support');
const net = require('net');
const EventEmitter = require('events');
const stream = require('stream');
const util = require('util');

test('the module has the documented names', () => {
  for (const name of ['connect', 'createConnection', 'createServer', 'isIP', 'isIPv4', 'isIPv6',
    'Server', 'Socket', 'Stream', 'getDefaultAutoSelectFamily', 'setDefaultAutoSelectFamily',
    'getDefaultAutoSelectFamilyAttemptTimeout', 'setDefaultAutoSelectFamilyAttemptTimeout',
    '_normalizeArgs']) {
    assert.strictEqual(typeof net[name], 'function', name);
  }
  assert.strictEqual(net.connect, net.createConnection);
  assert.strictEqual(net.Stream, net.Socket);
  assert.strictEqual(net.Socket.name, 'Socket');
  assert.strictEqual(net.Server.name, 'Server');
  assert.strictEqual(require('node:net'), net);
});

test('sockets and servers are made with and without new', () => {
  assert(net.Socket() instanceof net.Socket);
  assert(new net.Socket() instanceof stream.Duplex);
  assert(new net.Socket() instanceof stream.Readable);
  assert(new net.Socket() instanceof stream.Writable);
  assert(new net.Socket() instanceof stream.Stream);
  assert(new net.Socket() instanceof EventEmitter);
  assert(net.Server() instanceof net.Server);
  assert(new net.Server() instanceof EventEmitter);
  assert(net.createServer() instanceof net.Server);
  assert(!(new net.Server() instanceof stream.Stream));
  assert.strictEqual(new net.Socket().constructor, net.Socket);
});

test('a fresh socket', () => {
  const socket = new net.Socket();
  const expected = {
    connecting: false, pending: true, destroyed: false, closed: false, errored: null,
    readable: true, writable: true, readyState: 'open', allowHalfOpen: false, bytesRead: 0,
    bytesWritten: 0, bufferSize: undefined, timeout: undefined, localAddress: undefined,
    localPort: undefined, localFamily: undefined, remoteAddress: undefined, remotePort: undefined,
    remoteFamily: undefined, readableFlowing: null, readableLength: 0, readableEnded: false,
    readableEncoding: null, readableAborted: false, readableDidRead: false, writableLength: 0,
    writableEnded: false, writableFinished: false, writableCorked: 0, writableNeedDrain: false,
    readableObjectMode: false, writableObjectMode: false, server: null,
    _handle: null, autoSelectFamilyAttemptedAddresses: undefined,
  };
  for (const name in expected) assert.strictEqual(socket[name], expected[name], name);
  assert.deepStrictEqual(socket.address(), {});
  assert.strictEqual(socket.isPaused(), false);
  const mark = new stream.Duplex().readableHighWaterMark;
  assert.strictEqual(socket.readableHighWaterMark, mark);
  assert.strictEqual(socket.writableHighWaterMark, mark);
  assert.strictEqual(socket.listenerCount('end'), 1);
  assert.strictEqual(socket.listenerCount('close'), 0);
});

test('a fresh server', () => {
  const server = new net.Server();
  assert.strictEqual(server.listening, false);
  assert.strictEqual(server.address(), null);
  assert.strictEqual(server.maxConnections, undefined);
  assert.strictEqual(server._handle, null);
  assert.strictEqual(server._connections, 0);
  assert.strictEqual(server.allowHalfOpen, false);
  assert.strictEqual(server.pauseOnConnect, false);
  assert.deepStrictEqual(server.eventNames(), []);
  const listener = () => {};
  assert.deepStrictEqual(net.createServer(listener).listeners('connection'), [listener]);
  assert.deepStrictEqual(net.createServer({}, listener).listeners('connection'), [listener]);
  assert.deepStrictEqual(net.createServer(null, listener).listeners('connection'), [listener]);
});

test('options', () => {
  assert.strictEqual(new net.Socket({ allowHalfOpen: true }).allowHalfOpen, true);
  assert.strictEqual(new net.Socket({ readable: false }).readable, false);
  assert.strictEqual(new net.Socket({ writable: false }).writable, false);
  assert.strictEqual(new net.Socket({ readable: false, writable: false }).readyState, 'closed');
  assert.strictEqual(new net.Socket({ highWaterMark: 7 }).readableHighWaterMark, 7);
  assert.strictEqual(new net.Socket({ highWaterMark: 7 }).writableHighWaterMark, 7);
  assert.strictEqual(new net.Socket({ readableHighWaterMark: 9 }).readableHighWaterMark, 9);
  assert.strictEqual(new net.Socket({ writableHighWaterMark: 9 }).writableHighWaterMark, 9);
  assert.strictEqual(new net.Socket({ encoding: 'hex' }).readableEncoding, 'hex');
  assert.strictEqual(new net.Server({ allowHalfOpen: true }).allowHalfOpen, true);
  assert.strictEqual(new net.Server({ pauseOnConnect: true }).pauseOnConnect, true);
  assert.strictEqual(new net.Server({ noDelay: true }).noDelay, true);
  assert.strictEqual(new net.Server({ keepAlive: true }).keepAlive, true);
  assert.strictEqual(new net.Server({ keepAliveInitialDelay: 5000 }).keepAliveInitialDelay, 5);
  assert.strictEqual(new net.Server({ highWaterMark: 5 }).highWaterMark, 5);
});

test('the default mark is the one of the moment', () => {
  if (!stream.setDefaultHighWaterMark) return;
  const before = stream.getDefaultHighWaterMark(false);
  stream.setDefaultHighWaterMark(false, 1234);
  assert.strictEqual(new net.Socket().writableHighWaterMark, 1234);
  assert.strictEqual(new net.Server().highWaterMark, 1234);
  stream.setDefaultHighWaterMark(false, before);
  assert.strictEqual(new net.Socket().writableHighWaterMark, before);
});

test('isIP', () => {
  const of = {
    '127.0.0.1': 4, 'x127.0.0.1': 0, 'example.com': 0, '0000:0000:0000:0000:0000:0000:0000:0000': 6,
    '0000:0000:0000:0000:0000:0000:0000:0000::0000': 0, '1050:0:0:0:5:600:300c:326b': 6,
    '2001:252:0:1::2008:6': 6, '2001:dead:beef:1::2008:6': 6, '2001::': 6, '2001:dead::': 6,
    '2001:dead:beef::': 6, '2001:dead:beef:1::': 6, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 6,
    ':2001:252:0:1::2008:6:': 0, ':2001:252:0:1::2008:6': 0, '2001:252:0:1::2008:6:': 0,
    '2001:252::1::2008:6': 0, '::2001:252:1:2008:6': 6, '::2001:252:1:1.1.1.1': 6,
    '::2001:252:1:255.255.255.255': 6, '::2001:252:1:255.255.255.255.76': 0,
    'fe80::2008%eth0': 6, 'fe80::2008%eth0.0': 6, 'fe80::2008%eth0@1': 0, '::anything': 0,
    '::1': 6, '::': 6, '0000:0000:0000:0000:0000:0000:12345:0000': 0, '0': 0, '127.0.0.01': 0,
    '127.0.0.1/8': 0, '256.0.0.0': 0, '': 0, '1.2.3': 0, '::ffff:1.2.3.4': 6,
  };
  for (const address in of) {
    assert.strictEqual(net.isIP(address), of[address], address);
    assert.strictEqual(net.isIPv4(address), of[address] === 4, address);
    assert.strictEqual(net.isIPv6(address), of[address] === 6, address);
  }
  for (const what of [undefined, null, 0, 123, {}, [], true]) assert.strictEqual(net.isIP(what), 0);
  assert.strictEqual(net.isIP({ toString: () => '::2001:252:1:255.255.255.255' }), 6);
  assert.strictEqual(net.isIP({ toString: () => '127.0.0.1' }), 4);
  assert.strictEqual(net.isIP({ toString: () => 'bla' }), 0);
});

test('inspecting', () => {
  const shown = util.inspect(new net.Socket());
  assert(shown.startsWith('Socket {'), shown);
  assert(shown.includes('connecting: false'), shown);
  assert(shown.includes('allowHalfOpen: false'), shown);
  assert(util.inspect(new net.Server()).startsWith('Server {'));
  class Mine extends net.Socket {}
  assert(util.inspect(new Mine()).startsWith('Mine {'));
  assert(util.inspect({ a: { b: { c: new net.Socket() } } }).includes('[Socket]'));
});

test('the prototypes can be enumerated', () => {
  for (const type of [net.Socket, net.Server]) {
    for (const name in type.prototype) void type.prototype[name];
  }
  assert(Object.keys(net.Socket.prototype).includes('connect'));
  assert(util.inspect(net.Socket.prototype).length > 0);
});

test('_normalizeArgs', () => {
  const form = (...args) => {
    const normalized = net._normalizeArgs(args);
    return [normalized[0], normalized[1]];
  };
  const f = () => {};
  assert.deepStrictEqual(form(), [{}, null]);
  assert.deepStrictEqual(form(80), [{ port: 80 }, null]);
  assert.deepStrictEqual(form('80'), [{ port: '80' }, null]);
  assert.deepStrictEqual(form(80, 'host'), [{ port: 80, host: 'host' }, null]);
  assert.deepStrictEqual(form(80, 'host', f), [{ port: 80, host: 'host' }, f]);
  assert.deepStrictEqual(form(80, f), [{ port: 80 }, f]);
  assert.deepStrictEqual(form('/tmp/x'), [{ path: '/tmp/x' }, null]);
  assert.deepStrictEqual(form('/tmp/x', 5, f), [{ path: '/tmp/x' }, f]);
  assert.deepStrictEqual(form({ port: 1 }, f), [{ port: 1 }, f]);
  assert.deepStrictEqual(form(null), [{ port: null }, null]);
  assert.deepStrictEqual(form(f), [{ port: f }, f]);
});

test('the defaults of choosing a family', () => {
  const before = [net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout()];
  assert.strictEqual(typeof before[0], 'boolean');
  net.setDefaultAutoSelectFamily(!before[0]);
  assert.strictEqual(net.getDefaultAutoSelectFamily(), !before[0]);
  net.setDefaultAutoSelectFamily(before[0]);
  net.setDefaultAutoSelectFamilyAttemptTimeout(5);
  assert.strictEqual(net.getDefaultAutoSelectFamilyAttemptTimeout(), 10);
  net.setDefaultAutoSelectFamilyAttemptTimeout(before[1]);
  assert.strictEqual(net.getDefaultAutoSelectFamilyAttemptTimeout(), before[1]);
});
