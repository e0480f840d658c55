// isIP, isIPv4, isIPv6 on what people give them. M19 M20
'use strict';

const net = require('net');
const { trace } = require('../support/trace');

for (const input of ['127.0.0.1', '127.000.0.1', '127.0.0.1/24', '::1', '::ffff:1.2.3.4', 'fe80::1%eth0', '::', '', 'x', '1.2.3',
  '256.1.1.1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8:9', ' ::1', null, undefined, 4, {}, [], ['::1'], { toString: () => '::1' }]) {
  trace('net', JSON.stringify(input), net.isIP(input), net.isIPv4(input), net.isIPv6(input));
}
