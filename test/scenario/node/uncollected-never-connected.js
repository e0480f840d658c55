// A socket with a timeout that was never connected is not kept by it once it was destroyed. V11
'use strict';

const net = require('net');
const { trace } = require('../support/trace');

function make() {
  const socket = new net.Socket();
  socket.setTimeout(60000, () => trace('socket', 'timeout'));
  socket.on('close', () => trace('socket', 'close'));
  socket.destroy();
  return new WeakRef(socket);
}

const ref = make();
let turns = 0;
const timer = setInterval(() => {
  globalThis.gc();
  if (ref.deref() !== undefined && ++turns < 50) return;
  clearInterval(timer);
  trace('socket', 'collected', ref.deref() === undefined);
}, 1);
