// destroy() of a socket that never had a handle: error if given, then close without hadError. D11 V15 C30
'use strict';

const net = require('net');
const { state, tick, trace, watch } = require('./support/trace');

const plain = new net.Socket();
const failed = new net.Socket();
watch('plain', plain, 'error end finish close');
watch('failed', failed, 'error end finish close');
tick(() => { trace('plain', 'tick before'); trace('failed', 'tick before'); });
plain.destroy();
failed.destroy(new Error('enough'));
failed.destroy(new Error('second'));
state('plain', 'destroy returned', plain);
state('failed', 'destroy returned', failed);
tick(() => { trace('plain', 'tick after'); trace('failed', 'tick after'); });
