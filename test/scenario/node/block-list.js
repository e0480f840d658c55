// BlockList and SocketAddress. M01 U11
'use strict';

const net = require('net');
const { attempt, trace } = require('../support/trace');

const list = new net.BlockList();
list.addAddress('123.123.123.123');
list.addRange('10.0.0.1', '10.0.0.10');
list.addSubnet('8592:757c:efae:4e45::', 64, 'ipv6');
trace('list', JSON.stringify(list.rules));
for (const [address, family] of [['123.123.123.123'], ['10.0.0.3'], ['10.0.0.11'], ['::ffff:7b7b:7b7b', 'ipv6'],
  ['::ffff:123.123.123.123', 'ipv6'], ['8592:757c:efae:4e45::1', 'ipv6']]) trace('list', address, list.check(address, family));
attempt('list', 'range', () => list.addRange('10.0.0.10', '10.0.0.1'));
attempt('list', 'subnet', () => list.addSubnet('10.0.0.0', 33));
attempt('list', 'address', () => list.addAddress('nonsense'));
const address = new net.SocketAddress({ address: '::1', family: 'ipv6', port: 80, flowlabel: 7 });
trace('address', JSON.stringify(address), address.address, address.family, address.port, address.flowlabel);
trace('address', JSON.stringify(new net.SocketAddress()));
