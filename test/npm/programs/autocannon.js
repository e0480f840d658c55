// autocannon's load on an http server over connections of net: everything it sent is answered.
'use strict';

const { close, http, inFrontOf, listen, program, say } = require('../support');
const autocannon = require('autocannon');

program(async () => {
  let bytes = 0;
  const server = inFrontOf(http.createServer((request, response) => {
    request.on('data', (chunk) => { bytes += chunk.length; });
    request.on('end', () => response.end('hello world'));
  }));
  const url = `http://127.0.0.1:${await listen(server)}`;
  for (const [connections, pipelining] of [[20, 1], [10, 10]]) {
    bytes = 0;
    const result = await autocannon({ url, connections, pipelining, amount: 1000, method: 'POST',
      body: 'x'.repeat(1000) });
    say(result['2xx'], result.non2xx, result.errors, result.timeouts, result.requests.total,
      bytes >= 1000 * 1000);
  }
  await close(server);
});
