// test-cluster.js with a listening handle that all workers have, in place of connections dealt out.
'use strict';

process.env.TEST_POLICY = 'none';
require('./test-cluster');
