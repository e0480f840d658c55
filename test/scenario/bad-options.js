// Bad input to setters and helpers: thrown at once, the socket stays usable. D14 D15 M19
'use strict';

const net = require('net');
const { attempt, state, trace } = require('./support/trace');

const s = new net.Socket();
for (const ms of [-1, NaN, Infinity]) attempt('socket', `setTimeout ${ms}`, () => s.setTimeout(ms));
attempt('socket', 'setEncoding', () => s.setEncoding('nonsense'));
attempt('socket', 'setDefaultEncoding', () => s.setDefaultEncoding('nonsense'));
attempt('socket', 'write encoding', () => s.write('x', 'nonsense'));
attempt('socket', 'new Socket fd -1', () => new net.Socket({ fd: -1 }));
attempt('net', 'attempt timeout 0', () => net.setDefaultAutoSelectFamilyAttemptTimeout(0));
attempt('net', 'attempt timeout -1', () => net.setDefaultAutoSelectFamilyAttemptTimeout(-1));
state('socket', 'after', s);
for (const ip of ['127.0.0.1', '127.000.0.1', '127.0.0.1/24', '::1', '::ffff:127.0.0.1', '::1%lo', '', 'localhost', '1.2.3', '1::2::3']) {
  trace('net', `isIP('${ip}')`, net.isIP(ip), net.isIPv4(ip), net.isIPv6(ip));
}
