// A file that is no socket, and a path below a file. I01 I02 K08 V14
'use strict';

const fs = require('fs');
const net = require('net');
const { tempPath, watch } = require('./support/trace');

const path = tempPath();
fs.writeFileSync(path, '');
const client = net.connect(path);
watch('client', client, 'connect error close');
const below = net.connect(path + '/below');
watch('below', below, 'connect error close');
