// A signal given to a Socket destroys it with an AbortError; one given to listen() closes the server. D10 S25
'use strict';

const net = require('net');
const { Transport, trace, watch } = require('../support/trace');

const t = new Transport('tcp');
const closing = new AbortController();
const server = net.createServer((peer) => peer.on('error', () => {}).resume());
watch('server', server, 'listening close');
server.listen({ port: 0, host: '127.0.0.1', signal: closing.signal }, () => {
  const stop = new AbortController();
  const client = net.connect({ ...t.target(server), signal: stop.signal });
  watch('client', client, 'connect end close');
  client.on('error', (err) => trace('client', 'error', err.name, err.code, err.message));
  client.on('connect', () => stop.abort());
  client.on('close', () => closing.abort());
});
const aborted = new net.Socket({ signal: AbortSignal.abort() });
aborted.on('error', (err) => trace('aborted', 'error', err.name, err.code));
aborted.on('close', () => trace('aborted', 'close'));
