// Resolvers: one address, a list, an error, a bad address, a bad family. K15 V04 F14
'use strict';

const net = require('net');
const { tick, watch } = require('./support/trace');

const answer = (name, options, f) => {
  const client = net.connect({ port: 1, host: name + '.test', lookup: (host, o, done) => tick(() => f(done)), ...options });
  watch(name, client, 'lookup connectionAttempt connect error close');
  if (name === 'scalar' || name === 'list') client.on('lookup', () => client.destroy());
};
answer('scalar', { autoSelectFamily: false }, (done) => done(null, '127.0.0.1', 4));
answer('list', {}, (done) => done(null, [{ address: '127.0.0.1', family: 4 }]));
answer('error', {}, (done) => done(new Error('no such name')));
answer('error-scalar', { autoSelectFamily: false }, (done) => done(new Error('no such name')));
answer('bad-ip', { autoSelectFamily: false }, (done) => done(null, 'not an ip', 4));
answer('bad-ip-list', {}, (done) => done(null, [{ address: 'not an ip', family: 4 }]));
answer('bad-family', { autoSelectFamily: false }, (done) => done(null, '127.0.0.1', 7));
