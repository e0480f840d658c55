// Node's side of a test in namespaces: node twin.js <script. See twin.h, whose lines these are.
'use strict';

const fs = require('fs');
const net = require('net');

const say = (...words) => process.stdout.write(words.join(' ') + '\n');

function shown(error) {
  const fields = [error.name, error.code, error.syscall, error.address, error.port];
  let text = fields.filter((f) => f !== undefined).join(' ') + ': ' + error.message;
  for (const one of error.errors || []) text += ` [${shown(one)}]`;
  return text;
}

function sayAll(socket) {
  socket.on('lookup', (error, address, family, host) =>
    say('lookup', error ? shown(error) : address, family ?? 0, host));
  socket.on('connectionAttempt', (ip, port, family) => say('attempt', ip, port, family));
  socket.on('connectionAttemptFailed', (ip, port, family, error) =>
    say('attempt failed', ip, port, family, shown(error)));
  socket.on('connectionAttemptTimeout', (ip, port, family) =>
    say('attempt timeout', ip, port, family));
  for (const name of ['connect', 'ready', 'end', 'finish', 'timeout']) {
    socket.on(name, () => say(name));
  }
  socket.on('data', (chunk) => say('data', chunk));
  socket.on('error', (error) => say('error', shown(error)));
  socket.on('close', (hadError) => say('close', hadError));
}

const answers = (found) => (host, options, told) => process.nextTick(told, null, found);

new Function('net', 'say', 'sayAll', 'shown', 'answers', fs.readFileSync(0, 'utf8'))(
  net, say, sayAll, shown, answers);
