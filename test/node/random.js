// Random programs on sockets, one for each seed: two peers, random actions at quiet moments, and
// the state of both after each. `node random.js FROM TO` prints one line of JSON per seed.
//
// compare.js runs it with Node's net and with ours; the same seed must print the same.
'use strict';

const net = require('net');

const [from, to] = process.argv.slice(2).map(Number);
const kAtOnce = 3;
const kQuiet = 8;  // ms: everything an action set off on loopback has happened by then

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const nameOf = (error) => (error ? error.code || error.message || String(error) : error);

// xorshift: the same numbers for the same seed, in every Node.
function numbers(seed) {
  let x = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    x ^= x << 13; x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5; x >>>= 0;
    return x % below;
  };
}

const kState = ['readyState', 'destroyed', 'connecting', 'pending', 'readableFlowing',
  'readableLength', 'writableLength', 'bytesRead', 'bytesWritten', 'readableEnded',
  'writableEnded', 'writableFinished', 'closed', 'writableNeedDrain', 'readableAborted',
  'readableDidRead', 'writableCorked', 'timeout'];

function stateOf(socket) {
  const fields = kState.map((name) => `${name}=${socket[name]}`);
  return [...fields, `errored=${nameOf(socket.errored)}`, `paused=${socket.isPaused()}`,
    `data=${socket.listenerCount('data')}`].join(' ');
}

// Each: (socket, random, log). What it is given goes into the log too.
const actions = {
  write(socket, random, log) {
    const size = [random(50), random(3000), random(20), 1 + random(40000), 0][random(5)];
    const chunk = random(2) ? 'x'.repeat(size) : Buffer.alloc(size, 'b');
    const id = random(1000);
    const done = random(2) ? (error) => log.push(`written ${id} ${nameOf(error)}`) : undefined;
    log.push(`write ${socket.write(chunk, done)}`);
  },
  end(socket, random, log) {
    const chunk = [[], ['last'], [Buffer.from('q')]][random(3)];
    const id = random(1000);
    const told = random(2) && !socket.destroyed;
    socket.end(...chunk, told ? (error) => log.push(`ended ${id} ${nameOf(error)}`) : undefined);
  },
  destroy(socket, random) { socket.destroy(random(3) === 0 ? new Error('boom') : undefined); },
  destroySoon(socket) { socket.destroySoon(); },
  reset(socket) { socket.resetAndDestroy(); },
  pause(socket) { socket.pause(); },
  resume(socket) { socket.resume(); },
  onData(socket, random, log) {
    log.onData ||= (data) => log.push(`data ${typeof data} ${data.length}`);
    socket.on('data', log.onData);
  },
  offData(socket, random, log) { if (log.onData) socket.off('data', log.onData); },
  onReadable(socket, random, log) {
    log.onReadable ||= () => {
      log.push('readable');
      if (!log.reads) return;
      for (let chunk; (chunk = socket.read()) !== null;) log.push(`read ${chunk.length}`);
    };
    log.reads = random(2);
    socket.on('readable', log.onReadable);
  },
  offReadable(socket, random, log) { if (log.onReadable) socket.off('readable', log.onReadable); },
  offAll(socket, random) { socket.removeAllListeners(['data', 'readable'][random(2)]); },
  read(socket, random, log) {
    const chunk = socket.read([undefined, 1, 5, 0, 100][random(5)]);
    log.push(`read() ${chunk === null ? chunk : chunk.length}`);
  },
  unshift(socket, random, log) {
    if (socket.readableEnded || socket.destroyed || socket.readableEncoding) return;
    log.push(`unshift ${socket.unshift(random(2) ? 'un' : Buffer.from('shift'))}`);
  },
  setEncoding(socket, random) { socket.setEncoding(['utf8', 'hex', 'latin1'][random(3)]); },
  cork(socket) { socket.cork(); },
  uncork(socket) { socket.uncork(); },
  halfOpen(socket, random) { socket.allowHalfOpen = !!random(2); },
  timeout(socket, random) { socket.setTimeout(random(3) ? 0 : 20000); },
  options(socket, random) {
    socket.setNoDelay(!!random(2));
    socket.setKeepAlive(!!random(2), 1000);
  },
  pipe(socket, random, log) {
    if (log.piped) return;
    log.piped = true;
    socket.pipe(socket);
  },
  unpipe(socket) { socket.unpipe(); },
  nothing() {},
};
const kNames = Object.keys(actions);
const kTooSoon = ['reset', 'destroy', 'destroySoon', 'pipe', 'timeout'];  // before a connection
const kEvents = ['connect', 'ready', 'end', 'finish', 'prefinish', 'error', 'close', 'drain',
  'timeout', 'pause', 'resume', 'pipe', 'unpipe'];

function watch(socket, log) {
  for (const name of kEvents) {
    socket.on(name, (value) => {
      const more = name === 'close' ? ` ${value}` : name === 'error' ? ` ${nameOf(value)}` : '';
      log.push(`'${name}'${more}`);
    });
  }
}

function act(name, socket, random, log) {
  log.push(`> ${name}`);
  try {
    actions[name](socket, random, log);
  } catch (error) {
    log.push(`thrown ${nameOf(error)}`);
  }
}

async function runOne(seed) {
  const random = numbers(seed);
  const any = () => kNames[random(kNames.length)];
  const logs = { client: [], server: [] };
  const highWaterMark = [undefined, undefined, 10, 1000][random(4)];
  const server = net.createServer({
    allowHalfOpen: !!random(2), pauseOnConnect: random(6) === 0, highWaterMark,
  });
  const options = { host: '127.0.0.1', allowHalfOpen: !!random(2) };
  if (highWaterMark !== undefined) options.highWaterMark = highWaterMark;
  const accepted = new Promise((resolve) => server.on('connection', (socket) => {
    watch(socket, logs.server);
    resolve(socket);
  }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = net.connect({ port: server.address().port, ...options });
  watch(client, logs.client);
  for (let count = random(3) === 0 ? random(3) : 0; count > 0; count--) {
    const name = any();
    if (!kTooSoon.includes(name)) act(name, client, random, logs.client);
  }
  // A write after end() ends it before it has begun.
  const other = await Promise.race([accepted, new Promise((resolve) => client.on('close', resolve))]);
  if (!(other instanceof net.Socket)) {
    server.close();
    console.log(JSON.stringify({ seed, ...logs }));
    return;
  }
  await wait(kQuiet);

  for (let steps = 3 + random(9); steps > 0; steps--) {
    const isClient = random(2) === 1;
    const [socket, log] = isClient ? [client, logs.client] : [other, logs.server];
    act(any(), socket, random, log);
    if (random(3) === 0) act(any(), socket, random, log);
    log.push(stateOf(socket));
    await wait(kQuiet);
    logs.client.push(stateOf(client));
    logs.server.push(stateOf(other));
  }
  client.destroy();
  other.destroy();
  await wait(kQuiet);
  server.close();
  console.log(JSON.stringify({ seed, ...logs }));
}

process.on('uncaughtException', (error) => console.log(JSON.stringify({ seed: -1, error: error.stack })));

let next = from;
Promise.all(Array.from({ length: kAtOnce }, async () => {
  while (next < to) await runOne(next++);
})).then(() => process.exit());
