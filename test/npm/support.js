// What every program here uses. A program does real work with one package, prints what it saw,
// and must come to its end by itself: nothing here ends it but the bound.
'use strict';

const assert = require('assert');
const crypto = require('crypto');
const events = require('events');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');

const kLongest = 30000;  // where nothing else runs, none takes a tenth of it

// Prints a line that must be the same with both nets: no ports, times or chances in it.
const say = (...args) => console.log(...args);

function program(body) {
  const late = setTimeout(() => {
    console.log(`not done after ${kLongest} ms; it waits for ${process.getActiveResourcesInfo()}`);
    process.exit(1);
  }, kLongest);
  Promise.resolve().then(body).then(() => {
    say('done');
    late.unref();
  }, (error) => {
    console.log(error?.stack ?? error);
    process.exit(1);
  });
}

async function listen(server, ...args) {
  server.listen(...(args.length > 0 ? args : [0, '127.0.0.1']));
  await events.once(server, 'listening');
  return server.address().port;
}

function close(server) {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  });
}

// A server of net that hands each connection to an http server, which never listens itself.
function inFrontOf(web, options) {
  return net.createServer({ noDelay: true, ...options },
    (socket) => web.emit('connection', socket));
}

// An http.Agent whose connections are net's.
class NetAgent extends http.Agent {
  made = 0;
  createConnection(options, callback) {
    this.made += 1;
    return net.connect(options, callback && (() => callback()));
  }
}

// A program that others know by its callback style, as a promise.
const promised = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});

// Until a condition holds that no event tells of.
async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'uvnet-npm-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Bytes that are the same in each run and like nothing a wrong offset would give.
function bytes(size, seed = 1) {
  const key = Buffer.alloc(16, seed);
  return crypto.createCipheriv('aes-128-ctr', key, key).update(Buffer.alloc(size));
}
const digest = (data) => crypto.createHash('sha256').update(data).digest('hex').slice(0, 16);

async function text(stream) {
  let all = '';
  for await (const chunk of stream.setEncoding('utf8')) all += chunk;
  return all;
}

module.exports = {
  assert, bytes, close, digest, http, inFrontOf, listen, net, NetAgent, once: events.once, program,
  promised, say, temporaryFolder, text, until,
};
