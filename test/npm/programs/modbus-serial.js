// modbus-serial: a Modbus server and clients over TCP, which cut and join its small frames.
'use strict';

const { net, once, program, promised, say } = require('../support');
const { default: ModbusRTU, ServerTCP } = require('modbus-serial');

program(async () => {
  const registers = new Uint16Array(2000);
  const coils = new Uint8Array(100);
  const server = new ServerTCP({
    getHoldingRegister: (address) => registers[address],
    getInputRegister: (address, unit, done) => setImmediate(done, null, address * 2),
    setRegister: (address, value) => { registers[address] = value; },
    getCoil: (address) => Boolean(coils[address]),
    setCoil: (address, value) => { coils[address] = value; },
  }, { host: '127.0.0.1', port: '0', unitID: 1 });
  await once(server, 'initialized');
  const inner = server._server;
  say(inner instanceof net.Server);
  const { port } = inner.address();
  const open = async () => {
    const client = new ModbusRTU();
    await client.connectTCP('127.0.0.1', { port });
    client.setID(1);
    client.setTimeout(5000);
    return client;
  };
  const clients = await Promise.all([open(), open(), open()]);
  for (const [i, client] of clients.entries()) {
    await client.writeRegisters(i * 100, Array.from({ length: 100 }, (_, at) => i * 1000 + at));
  }
  const read = await Promise.all(
    clients.map((client, i) => client.readHoldingRegisters(i * 100, 100)));
  say(read.map(({ data }) => data.reduce((sum, value) => sum + value)).join(' '));
  let sum = 0;
  for (let i = 0; i < 200; i++) sum += (await clients[i % 3].readInputRegisters(i, 1)).data[0];
  say(sum);
  await clients[0].writeCoil(3, true);
  say((await clients[1].readCoils(0, 8)).data.join());
  await Promise.all(clients.map((client) => promised((done) => client.close(() => done()))));
  await promised((done) => server.close(() => done()));
});
