// get-port asks net for free ports: different ones, preferred ones, on one address or all.
import net from 'net';
import getPort, { portNumbers, clearLockedPorts } from 'get-port';
import support from '../support.js';

const { close, listen, program, say } = support;

program(async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => getPort()));
  say(new Set(ports).size, ports.every((port) => port >= 1024));
  const server = net.createServer();
  const taken = await listen(server);
  say(await getPort({ port: taken, host: '127.0.0.1' }) !== taken);
  const near = await getPort({ host: '127.0.0.1', port: portNumbers(taken - 50, taken) });
  say(near !== taken);
  await close(server);
  clearLockedPorts();
  // Each of them can be listened on.
  const servers = await Promise.all(Array.from({ length: 5 }, async () => {
    const one = net.createServer();
    await listen(one, await getPort({ host: '127.0.0.1' }), '127.0.0.1');
    return one;
  }));
  say(servers.length);
  await Promise.all(servers.map(close));
  await getPort({ host: '203.0.113.1' }).then(() => say('no'), (error) => say(error.code));
});
