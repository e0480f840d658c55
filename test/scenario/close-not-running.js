// close() of a server that is not open: the callback gets an error, and close is emitted. S28 E03
'use strict';

const net = require('net');
const { both, tick, told, trace, watch } = require('./support/trace');

const server = net.createServer();
watch('fresh', server, 'close error');
server.close(told('fresh', 'close callback'));
server.close();
tick(() => trace('fresh', 'tick'));
both((t) => {
  const s = net.createServer();
  const o = t.object('server');
  watch(o, s, 'close error');
  t.listen(s, () => {
    s.close(told(o, 'close callback 1'));
    s.close(told(o, 'close callback 2'));
  });
  s.once('close', () => s.close(told(o, 'close callback 3')));
});
