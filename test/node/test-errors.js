// What is refused at once: class, code and message are Node's. The expected texts are those of the
// Node that runs this where it differs between editions.
'use strict';

const { assert, test } = require('./support');
const net = require('net');

function refused(body, name, code, message) {
  assert.throws(body, (error) => {
    assert.strictEqual(error.name, name);
    assert.strictEqual(error.code, code);
    if (message instanceof RegExp) assert.match(error.message, message);
    else if (message !== undefined) assert.strictEqual(error.message, message);
    assert(error.stack.startsWith(`${name} [${code}]: `), error.stack);
    assert.strictEqual(String(error), `${name} [${code}]: ${error.message}`);
    assert(Object.keys(error).includes('code'));
    return true;
  }, String(body));
}

const wrongType = (body, message) => refused(body, 'TypeError', 'ERR_INVALID_ARG_TYPE', message);
const wrongValue = (body, message) => refused(body, 'TypeError', 'ERR_INVALID_ARG_VALUE', message);
const wrongRange = (body, message) => refused(body, 'RangeError', 'ERR_OUT_OF_RANGE', message);
const wrongPort = (body, message) => refused(body, 'RangeError', 'ERR_SOCKET_BAD_PORT', message);

test('new Socket()', () => {
  for (const mode of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
    wrongValue(() => new net.Socket({ [mode]: true }),
      `The property 'options.${mode}' is not supported. Received true`);
  }
  wrongType(() => new net.Socket({ fd: {} }),
    'The "fd" argument must be of type number. Received an instance of Object');
  wrongType(() => new net.Socket({ fd: 'x' }),
    'The "fd" argument must be of type number. Received type string (\'x\')');
  wrongRange(() => new net.Socket({ fd: -1 }), 'The value of "fd" is out of range. ' +
    'It must be >= 0 && <= 2147483647. Received -1');
  wrongRange(() => new net.Socket(-1));
  wrongRange(() => new net.Socket({ fd: 1.5 }),
    'The value of "fd" is out of range. It must be an integer. Received 1.5');
  wrongType(() => new net.Socket({ keepAliveInitialDelay: 'a' }),
    'The "options.keepAliveInitialDelay" property must be of type number. ' +
    'Received type string (\'a\')');
  wrongType(() => new net.Socket({ signal: 1 }), 'The "signal" argument must be an instance of ' +
    'AbortSignal. Received type number (1)');
  wrongValue(() => new net.Socket({ highWaterMark: -1 }),
    'The property \'options.readableHighWaterMark\' is invalid. Received -1');
  wrongValue(() => new net.Socket({ writableHighWaterMark: 'x' }),
    'The property \'options.writableHighWaterMark\' is invalid. Received \'x\'');
  refused(() => new net.Socket({ defaultEncoding: 'qq' }), 'TypeError', 'ERR_UNKNOWN_ENCODING',
    'Unknown encoding: qq');
});

test('descriptors that are no sockets', () => {
  const fs = require('fs');
  const fd = fs.openSync(__filename);
  refused(() => new net.Socket({ fd }), 'TypeError', 'ERR_INVALID_FD_TYPE',
    'Unsupported fd type: FILE');
  fs.closeSync(fd);
  const unused = 2147483647;
  refused(() => new net.Socket({ fd: unused }), 'TypeError', 'ERR_INVALID_FD_TYPE',
    /UNKNOWN|INVALID/);
});

test('connect()', () => {
  const socket = () => new net.Socket();
  for (const body of [() => socket().connect(), () => socket().connect({}), () => net.connect(),
    () => net.connect({ host: 'a' })]) {
    refused(body, 'TypeError', 'ERR_MISSING_ARGS',
      'The "options" or "port" or "path" argument must be specified');
  }
  for (const port of [true, false, [], {}, null, () => {}]) {
    wrongType(() => socket().connect({ port }),
      /^The "options\.port" property must be one of type number or string\. Received /);
  }
  for (const port of [-1, 65536, 1.5, NaN, Infinity, '', ' ', '0x', '-0x1', '-1', 'x', '65536']) {
    wrongPort(() => socket().connect({ port }),
      /^Port should be >= 0 and < 65536\. Received type /);
  }
  wrongPort(() => net.connect(65536),
    'Port should be >= 0 and < 65536. Received type number (65536).');
  for (const path of [5, true, {}]) {
    wrongType(() => socket().connect({ path }),
      /^The "options\.path" property must be of type string\. Received /);
  }
  refused(() => socket().connect({ port: 1, localAddress: 'x' }), 'TypeError',
    'ERR_INVALID_IP_ADDRESS', 'Invalid IP address: x');
  wrongType(() => socket().connect({ port: 1, localPort: 'x' }),
    /^The "options\.localPort" property must be of type number\. Received type string \('x'\)$/);
  for (const lookup of [1, 'x', {}, true]) {
    wrongType(() => socket().connect({ port: 1, lookup }),
      /^The "options\.lookup" property must be of type function\. Received /);
  }
  for (const autoSelectFamily of [1, 'x', {}]) {
    wrongType(() => socket().connect({ port: 1, autoSelectFamily }),
      /^The "options\.autoSelectFamily" property must be of type boolean\. Received /);
  }
  wrongType(() => socket().connect({ port: 1, autoSelectFamilyAttemptTimeout: 'x' }),
    /^The "options\.autoSelectFamilyAttemptTimeout" property must be of type number\./);
  for (const autoSelectFamilyAttemptTimeout of [-10, 0]) {
    wrongRange(() => socket().connect({ port: 1, autoSelectFamilyAttemptTimeout }),
      /^The value of "options\.autoSelectFamilyAttemptTimeout" is out of range\. It must be >= 1/);
  }
});

test('write() and end()', () => {
  for (const method of ['write', 'end']) {
    const socket = new net.Socket();
    if (method === 'write') {
      refused(() => socket.write(null), 'TypeError', 'ERR_STREAM_NULL_VALUES',
        'May not write null values to stream');
    }
    for (const chunk of [true, false, 5, 5n, Symbol('a'), [], {}, () => {}]) {
      if (typeof chunk === 'function' && method === 'end') continue;
      wrongType(() => socket[method](chunk), new RegExp('^The "chunk" argument must be of type ' +
        'string or an instance of Buffer, TypedArray, or DataView\\. Received '));
    }
    refused(() => socket[method]('a', 'zzz'), 'TypeError', 'ERR_UNKNOWN_ENCODING',
      'Unknown encoding: zzz');
  }
  wrongType(() => new net.Socket().write(undefined), /Received undefined$/);
});

test('encodings', () => {
  const socket = new net.Socket();
  refused(() => socket.setEncoding('zzz'), 'TypeError', 'ERR_UNKNOWN_ENCODING');
  refused(() => socket.setDefaultEncoding('zzz'), 'TypeError', 'ERR_UNKNOWN_ENCODING');
  refused(() => socket.setDefaultEncoding({}), 'TypeError', 'ERR_UNKNOWN_ENCODING',
    'Unknown encoding: {}');
  for (const name of ['UTF8', 'Utf-8', 'ucs2', 'UCS-2', 'utf16le', 'latin1', 'binary', 'base64',
    'base64url', 'hex', 'ascii']) {
    assert.strictEqual(socket.setDefaultEncoding(name), socket);
    assert.strictEqual(new net.Socket().setEncoding(name).readableEncoding,
      { 'UTF8': 'utf8', 'Utf-8': 'utf8', 'ucs2': 'utf16le', 'UCS-2': 'utf16le',
        'binary': 'latin1' }[name] ?? name);
  }
  assert.strictEqual(new net.Socket().setEncoding().readableEncoding, 'utf8');
  assert.strictEqual(new net.Socket().setEncoding(null).readableEncoding, 'utf8');
});

test('setTimeout()', () => {
  const socket = new net.Socket();
  for (const msecs of ['100', true, false, undefined, null, '', {}, () => {}]) {
    wrongType(() => socket.setTimeout(msecs), /^The "msecs" argument must be of type number\./);
  }
  for (const msecs of [-0.001, -1, -Infinity, Infinity, NaN]) {
    wrongRange(() => socket.setTimeout(msecs), 'The value of "msecs" is out of range. It must be ' +
      `a non-negative finite number. Received ${msecs}`);
  }
  for (const callback of [1, '100', true, null, {}, [], Symbol('a')]) {
    wrongType(() => socket.setTimeout(1, callback),
      /^The "callback" argument must be of type function\. Received /);
  }
  socket.setTimeout(0);
});

test('new Server()', () => {
  for (const options of ['path', 5, true]) {
    wrongType(() => net.createServer(options),
      /^The "options" argument must be of type object\. Received type /);
  }
  wrongType(() => net.createServer({ highWaterMark: 'x' }),
    'The "options.highWaterMark" property must be of type number. Received type string (\'x\')');
  wrongType(() => net.createServer({ keepAliveInitialDelay: 'x' }));
  const mark = new net.Server().highWaterMark;
  assert.strictEqual(net.createServer({ highWaterMark: -1 }).highWaterMark, mark);
});

test('listen()', () => {
  const server = () => net.createServer();
  for (const port of [-1, 65536, 1.5, NaN, '', ' ', 'x', '-1', '65536', Infinity]) {
    wrongPort(() => server().listen({ port }),
      /^options\.port should be >= 0 and < 65536\. Received type /);
  }
  for (const [port, shown] of [[true, 'true'], [false, 'false'], [[], '[]'], [{}, '{}']]) {
    wrongValue(() => server().listen({ port }),
      `The argument 'options' is invalid. Received { port: ${shown} }`);
  }
  wrongValue(() => server().listen({}),
    'The argument \'options\' must have the property "port" or "path". Received {}');
  wrongValue(() => server().listen({ host: 'a' }), 'The argument \'options\' must have the ' +
    'property "port" or "path". Received { host: \'a\' }');
  wrongValue(() => server().listen({ path: '' }),
    'The argument \'options\' is invalid. Received { path: \'\' }');
  for (const arg of [true, false, [], {}]) {
    wrongValue(() => server().listen(arg), /^The argument 'options' /);
  }
  wrongPort(() => server().listen(-1));
  wrongPort(() => server().listen(65536));
  wrongValue(() => server().listen({ path: '\0uvnet', readableAll: true }), new RegExp('^The ' +
    'argument \'options\' can not set readableAll or writableAllt to true when path is abstract'));
  wrongType(() => server().listen({ port: 0, signal: 5 }), 'The "options.signal" property must ' +
    'be an instance of AbortSignal. Received type number (5)');
  const once = server().listen(0);
  refused(() => once.listen(0), 'Error', 'ERR_SERVER_ALREADY_LISTEN',
    'Listen method has been called more than once without closing.');
  once.close();
});

test('the others', () => {
  wrongType(() => net.createServer().getConnections(),
    'The "callback" argument must be of type function. Received undefined');
  for (const value of [1, 'x', null, {}]) {
    wrongType(() => net.setDefaultAutoSelectFamily(value),
      /^The "value" argument must be of type boolean\. Received /);
  }
  wrongType(() => net.setDefaultAutoSelectFamilyAttemptTimeout('x'));
  wrongRange(() => net.setDefaultAutoSelectFamilyAttemptTimeout(0));
  wrongRange(() => net.setDefaultAutoSelectFamilyAttemptTimeout(1.5));
  wrongType(() => new net.Socket().on('data'),
    'The "listener" argument must be of type function. Received undefined');
});
