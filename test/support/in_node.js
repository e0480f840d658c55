// Runs a test program that is a module (UVNET_LIBUV_OF_NODE): node in_node.js <module> <arguments>.
// It takes its arguments from the process, runs when it is loaded and ends the process.
'use strict';

process.dlopen({ exports: {} }, require('path').resolve(process.argv[2]));
