// A local address that is not ours, and one of the other family. M17 K11 V14
'use strict';

const net = require('net');
const { Transport, after, trace, watch } = require('./support/trace');

const t = new Transport('tcp');
const server = net.createServer(() => {});
t.listen(server, () => {
  const foreign = net.connect(t.target(server, { localAddress: '198.51.100.1' }));
  watch('foreign', foreign, 'connectionAttempt connect error close');
  trace('foreign', 'connect returned');
  const six = net.connect(t.target(server, { localAddress: '::1', autoSelectFamily: false }));
  watch('six', six, 'connectionAttempt connect error close');
  after(20, () => server.close());
});
