// listen() is asynchronous: the event on a tick, callbacks among the listeners. S20 S24 S32 S38 E01
'use strict';

const net = require('net');
const { both, tick, told, trace, watch } = require('./support/trace');

both((t) => {
  const server = net.createServer();
  const o = t.object('server');
  const where = (at) => {
    const a = server.address();
    trace(o, 'at', at, 'listening', server.listening, 'address', a === null ? 'null' : 'there');
  };
  where('new');
  server.on('listening', () => trace(o, 'first listener'));
  tick(() => trace(o, 'tick before'));
  const same = t.listen(server, () => { trace(o, 'callback'); where('callback'); });
  trace(o, 'listen ->', same === server);
  tick(() => trace(o, 'tick after'));
  server.on('listening', () => {
    trace(o, 'last listener');
    server.close(told(o, 'close callback'));
    trace(o, 'listening', server.listening);
  });
  watch(o, server, 'close error');
});
