// What a socket that never connected answers. K18 K19 K20 K21 K22 K25 K26 K27
'use strict';

const net = require('net');
const { counters, flow, sides, state, trace, watch } = require('./support/trace');

const s = new net.Socket();
state('socket', 'new', s);
sides('socket', 'new', s);
flow('socket', 'new', s);
counters('socket', 'new', s);
trace('socket', s.remoteAddress, s.remotePort, s.remoteFamily, s.localAddress, s.localPort, s.timeout);
trace('socket', Object.keys(s.address()).length);
trace('socket', 'chains', s.setNoDelay() === s, s.setKeepAlive(true, 1000) === s, s.ref() === s, s.unref() === s,
      s.setTimeout(0) === s, s.pause() === s, s.resume() === s);
watch('socket', s, 'close end finish');
s.destroy();
state('socket', 'destroy returned', s);
sides('socket', 'destroy returned', s);
