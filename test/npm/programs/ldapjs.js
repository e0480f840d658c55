// ldapjs, server and client: bind, add, search with many entries, errors, unbind.
'use strict';

process.removeAllListeners('warning');  // it is deprecated and says so; many use it
const { listen, once, program, promised, say } = require('../support');
const ldap = require('ldapjs');

program(async () => {
  const server = ldap.createServer();
  const people = new Map();
  server.bind('cn=root', (request, response, next) => {
    if (request.credentials !== 'secret') return next(new ldap.InvalidCredentialsError());
    response.end();
    return next();
  });
  server.add('o=people', (request, response, next) => {
    people.set(String(request.dn),
      Object.fromEntries(request.attributes.map(({ type, values }) => [type, values])));
    response.end();
    return next();
  });
  server.search('o=people', (request, response, next) => {
    for (const [dn, attributes] of people) {
      if (request.filter.matches(attributes)) response.send({ dn, attributes });
    }
    response.end();
    return next();
  });
  const port = await listen(server.server ?? server);
  const client = ldap.createClient({ url: `ldap://127.0.0.1:${port}` });
  await once(client, 'connect');
  await promised((done) => client.bind('cn=root', 'wrong', done)).catch((error) => say(error.name));
  await promised((done) => client.bind('cn=root', 'secret', done));
  await Promise.all(Array.from({ length: 200 }, (_, i) => promised((done) =>
    client.add(`cn=p${i}, o=people`, { cn: `p${i}`, sn: i % 2 ? 'odd' : 'even' }, done))));
  const search = (options) => new Promise((resolve, reject) => {
    client.search('o=people', { scope: 'sub', ...options }, (error, found) => {
      if (error) return reject(error);
      const entries = [];
      found.on('searchEntry', (entry) => entries.push(String(entry.objectName ?? entry.dn)));
      found.on('error', reject);
      return found.on('end', ({ status }) => resolve([status, entries.length]));
    });
  });
  say((await search({ filter: '(sn=odd)' })).join(' '));
  say((await search({ filter: '(cn=p1*)' })).join(' '));
  await promised((done) => client.del('cn=p1, o=people', done)).catch((error) => say(error.name));
  const closed = once(client, 'close');
  await promised((done) => client.unbind(done));
  await closed;
  await promised((done) => server.close(done));
});
