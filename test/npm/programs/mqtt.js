// mqtt with aedes as its broker: the three qualities of service, retained messages, wills,
// wildcards, sessions that survive, large payloads, over TCP, a Unix socket and websockets.
'use strict';

const path = require('path');
const { bytes, close, digest, http, inFrontOf, listen, net, once, program, promised, say,
  temporaryFolder, until } = require('../support');
const { Aedes } = require('aedes');
const mqtt = require('mqtt');
const { WebSocketServer, createWebSocketStream } = require('ws');

async function work(where) {
  const open = async (options) => {
    const client = mqtt.connect({ reconnectPeriod: 50, ...where, ...options });
    await once(client, 'connect');
    return client;
  };
  const one = await open({ clientId: 'one' });
  const two = await open({ clientId: 'two', protocolVersion: 4,
    will: { topic: 'wills/two', payload: 'two is gone', qos: 1 } });

  const got = [];
  one.on('message', (topic, payload, packet) => got.push([topic, payload, packet]));
  await one.subscribeAsync({ 'room/+/heat': { qos: 2 }, 'wills/#': { qos: 1 } });
  for (const qos of [0, 1, 2]) {
    await two.publishAsync(`room/${qos}/heat`, `2${qos}`, { qos });
  }
  await until(() => got.length === 3);
  say(got.map(([topic, payload, { qos }]) => `${topic} ${payload} ${qos}`).join(', '));

  got.length = 0;
  await Promise.all(Array.from({ length: 300 }, (_, i) =>
    two.publishAsync('room/many/heat', String(i), { qos: i % 3 })));
  await until(() => got.length === 300);
  say(got.length, new Set(got.map(([, payload]) => Number(payload))).size);

  got.length = 0;
  const large = bytes(1 << 20, 3);
  await two.publishAsync('room/large/heat', large, { qos: 1 });
  await until(() => got.length === 1);
  say(digest(got[0][1]) === digest(large));

  await two.publishAsync('state', 'kept', { retain: true, qos: 1 });
  const three = await open({ clientId: 'three', clean: false });
  const kept = once(three, 'message');
  await three.subscribeAsync('state', { qos: 1 });
  say(String((await kept)[1]));
  await three.endAsync();
  await two.publishAsync('state', 'while away', { qos: 1 });
  const late = [];
  const back = mqtt.connect({ ...where, clientId: 'three', clean: false });
  back.on('message', (topic, payload) => late.push(String(payload)));
  await until(() => late.length === 1);
  say(late.join());

  // The will is told when a connection breaks off; the client comes back by itself.
  got.length = 0;
  const again = once(two, 'connect');
  two.stream.destroy();
  await until(() => got.length === 1);
  say(String(got[0][1]));
  await again;
  await two.publishAsync('state', '', { retain: true });
  await Promise.all([one.endAsync(), two.endAsync(), back.endAsync(true)]);
}

program(async () => {
  const broker = await Aedes.createBroker();
  const server = net.createServer(broker.handle);
  const port = await listen(server);
  await work({ port, host: '127.0.0.1', protocol: 'mqtt' });
  await close(server);

  const local = net.createServer(broker.handle);
  await listen(local, path.join(temporaryFolder(), 'mqtt'));
  await work({ path: local.address(), protocol: 'mqtt', unixSocket: true });
  await close(local);

  const web = http.createServer();
  const sockets = new WebSocketServer({ server: web });
  sockets.on('connection', (socket, request) => {
    broker.handle(createWebSocketStream(socket), request);
  });
  const front = inFrontOf(web);
  await work({ port: await listen(front), host: '127.0.0.1', protocol: 'ws' });
  await close(front);
  await promised((done) => sockets.close(done));
  await promised((done) => broker.close(done));
});
