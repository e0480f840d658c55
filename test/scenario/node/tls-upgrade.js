// TLS over a socket that has exchanged bytes already, on both ends (a shared key instead of certificates). T01 F21 C23
'use strict';

const net = require('net');
const tls = require('tls');
const { both, closeAfter, trace } = require('../support/trace');

const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const options = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
both((t) => {
  const server = net.createServer((peer) => {
    peer.once('data', (chunk) => {
      trace(t.object('peer'), 'plain', chunk);
      const secure = new tls.TLSSocket(peer, { ...options, isServer: true, pskCallback: () => key });
      secure.on('data', (text) => {
        trace(t.object('peer'), 'secure', text);
        secure.end('over');
      });
      secure.on('close', () => trace(t.object('peer'), 'close'));
      peer.write('go on');
    });
  });
  closeAfter(server, 1);
  t.listen(server, () => {
    const client = net.connect(t.target(server), () => client.write('starttls'));
    client.once('data', (chunk) => {
      trace(t.object('client'), 'plain', chunk);
      const secure = tls.connect({ ...options, socket: client, checkServerIdentity: () => undefined,
                                   pskCallback: () => ({ psk: key, identity: 'x' }) }, () => {
        trace(t.object('client'), 'secure', secure.getProtocol(), secure.encrypted);
        secure.write('secret');
      });
      secure.on('data', (text) => trace(t.object('client'), 'secure', text));
      secure.on('end', () => trace(t.object('client'), 'end'));
      secure.on('close', () => trace(t.object('client'), 'close'));
    });
  });
});
