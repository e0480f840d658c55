// SocketAddress and BlockList, as far as the Node that runs this has them.
'use strict';

const { assert, test } = require('./support');
const { BlockList, SocketAddress } = require('net');
const util = require('util');

const refused = (body, code, message) => assert.throws(body, (error) => {
  assert.strictEqual(error.code, code, String(body));
  if (message) assert.match(error.message, message);
  return true;
});

test('SocketAddress: defaults and fields', () => {
  const plain = new SocketAddress();
  assert.strictEqual(plain.address, '127.0.0.1');
  assert.strictEqual(plain.port, 0);
  assert.strictEqual(plain.family, 'ipv4');
  assert.strictEqual(plain.flowlabel, 0);
  const six = new SocketAddress({ family: 'ipv6' });
  assert.strictEqual(six.address, '::');
  assert.strictEqual(six.family, 'ipv6');
  const full = new SocketAddress(
    { address: '2001:db8:0:0::1', family: 'IPv6', port: 80, flowlabel: 7 });
  assert.strictEqual(full.address, '2001:db8::1');
  assert.deepStrictEqual(full.toJSON(),
    { address: '2001:db8::1', port: 80, family: 'ipv6', flowlabel: 7 });
  assert.strictEqual(SocketAddress.isSocketAddress(full), true);
  for (const other of [{}, null, undefined, 5, { address: '1.2.3.4' }]) {
    assert.strictEqual(SocketAddress.isSocketAddress(other), false);
  }
  assert(util.inspect(plain).startsWith('SocketAddress {'));
});

test('SocketAddress: what is refused', () => {
  refused(() => new SocketAddress(null), 'ERR_INVALID_ARG_TYPE', /"options" argument/);
  refused(() => new SocketAddress(5), 'ERR_INVALID_ARG_TYPE');
  refused(() => new SocketAddress({ address: 5 }), 'ERR_INVALID_ARG_TYPE', /"options\.address"/);
  refused(() => new SocketAddress({ address: 'x' }), 'ERR_INVALID_ADDRESS',
    /^Invalid socket address$/);
  refused(() => new SocketAddress({ address: '::1' }), 'ERR_INVALID_ADDRESS');
  refused(() => new SocketAddress({ family: 'ipv5' }), 'ERR_INVALID_ARG_VALUE',
    /'options\.family'/);
  refused(() => new SocketAddress({ family: 4 }), 'ERR_INVALID_ARG_VALUE');
  refused(() => new SocketAddress({ port: -1 }), 'ERR_SOCKET_BAD_PORT', /^options\.port should be/);
  refused(() => new SocketAddress({ port: 'x' }), 'ERR_SOCKET_BAD_PORT');
  refused(() => new SocketAddress({ flowlabel: -1 }), 'ERR_OUT_OF_RANGE', /"options\.flowlabel"/);
  refused(() => new SocketAddress({ flowlabel: 'x' }), 'ERR_INVALID_ARG_TYPE');
});

test('BlockList: addresses, ranges, subnets', () => {
  const list = new BlockList();
  list.addAddress('1.1.1.1');
  list.addAddress('8592:757c:efae:4e45:fb5d:d62a:0d00:8e17', 'ipv6');
  list.addAddress(new SocketAddress({ address: '2.2.2.2' }));
  list.addRange('10.0.0.1', '10.0.0.9');
  list.addRange('::1', '::f', 'ipv6');
  list.addSubnet('192.168.0.0', 16);
  list.addSubnet('2001:db8::', 32, 'ipv6');
  for (const [address, family, expected] of [
    ['1.1.1.1', undefined, true], ['1.1.1.2', 'ipv4', false],
    ['2.2.2.2', 'ipv4', true], ['8592:757c:efae:4e45:fb5d:d62a:d00:8e17', 'ipv6', true],
    ['10.0.0.1', 'ipv4', true], ['10.0.0.9', 'ipv4', true], ['10.0.0.10', 'ipv4', false],
    ['::8', 'ipv6', true], ['::10', 'ipv6', false], ['192.168.255.255', 'ipv4', true],
    ['192.169.0.0', 'ipv4', false], ['2001:db8:ffff::', 'ipv6', true],
    ['2001:db9::', 'ipv6', false], ['::ffff:1.1.1.1', 'ipv6', true],
    ['::ffff:101:101', 'IPv6', true], ['::ffff:1.1.1.2', 'ipv6', false],
    ['not an address', 'ipv4', false], ['1.1.1.1', 'ipv6', false]]) {
    assert.strictEqual(list.check(address, family), expected, `${address} ${family}`);
  }
  assert.strictEqual(list.check(new SocketAddress({ address: '1.1.1.1' })), true);
  assert.deepStrictEqual(list.rules, [
    'Subnet: IPv6 2001:db8::/32', 'Subnet: IPv4 192.168.0.0/16', 'Range: IPv6 ::1-::f',
    'Range: IPv4 10.0.0.1-10.0.0.9', 'Address: IPv4 2.2.2.2',
    'Address: IPv6 8592:757c:efae:4e45:fb5d:d62a:d00:8e17', 'Address: IPv4 1.1.1.1',
  ]);
  assert.deepStrictEqual(new BlockList().rules, []);
});

test('BlockList: what is refused', () => {
  const list = new BlockList();
  for (const value of [1, [], {}, null, 1n, undefined]) {
    refused(() => list.addAddress(value), 'ERR_INVALID_ARG_TYPE');
    refused(() => list.addRange(value), 'ERR_INVALID_ARG_TYPE');
    refused(() => list.addSubnet(value), 'ERR_INVALID_ARG_TYPE');
    refused(() => list.check(value), 'ERR_INVALID_ARG_TYPE');
  }
  refused(() => list.addAddress('1.1.1.1', 5), 'ERR_INVALID_ARG_TYPE');
  refused(() => list.addAddress('1.1.1.1', 'ipv5'), 'ERR_INVALID_ARG_VALUE');
  refused(() => list.addAddress('x'), 'ERR_INVALID_ADDRESS');
  refused(() => list.addRange('1.1.1.9', '1.1.1.1'), 'ERR_INVALID_ARG_VALUE');
  refused(() => list.addSubnet('1.1.1.1', 33), 'ERR_OUT_OF_RANGE');
  refused(() => list.addSubnet('::', 129, 'ipv6'), 'ERR_OUT_OF_RANGE');
  refused(() => list.addSubnet('::', -1, 'ipv6'), 'ERR_OUT_OF_RANGE');
  refused(() => list.addSubnet('1.1.1.1', 'x'), 'ERR_INVALID_ARG_TYPE');
  assert(util.inspect(new BlockList()).startsWith('BlockList {'));
});
