// A destination that owes a 'drain' is destroyed: the source flows on to its other listeners. D12
'use strict';

const net = require('net');
const { Transport, both, flow, trace, until } = require('../support/trace');

const sinks = new Transport('tcp');
both((t) => {
  const drain = net.createServer((peer) => peer.on('error', () => {}).pause());
  const server = net.createServer((source) => {
    const o = t.object('source');
    let seen = '';
    source.on('data', (chunk) => { seen += chunk; });
    source.on('end', () => trace(o, 'end, seen', seen));
    const sink = net.connect(sinks.target(drain), () => {
      sink.cork();
      sink.write(Buffer.alloc(70000));
      source.pipe(sink);
      flow(o, 'piped', source);
      client.write('hello');
      until(() => source.readableLength === 5, () => sink.destroy());
    });
    sink.on('close', () => {
      flow(o, 'undone', source);
      client.end('more');
      server.close();
      drain.close();
    });
  });
  let client = null;
  sinks.listen(drain, () => t.listen(server, () => { client = net.connect(t.target(server)); }));
});
