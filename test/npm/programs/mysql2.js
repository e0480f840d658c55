// mysql2 on both sides: its client speaks MySQL's protocol to its own server.
'use strict';

const { listen, program, promised, say, until } = require('../support');
const mysql = require('mysql2');

program(async () => {
  let connections = 0;
  const open = new Set();
  const server = mysql.createServer();
  server.on('connection', (connection) => {
    connections += 1;
    open.add(connection);
    connection.stream.on('close', () => open.delete(connection));
    connection.on('error', () => {});
    // Each command counts its packets from 0, and this is left to the server's program.
    const next = () => { connection.sequenceId = 0; };
    connection.serverHandshake({ protocolVersion: 10, serverVersion: '8.0.0',
      connectionId: connections, statusFlags: 2, characterSet: 33,
      capabilityFlags: 0xffffff ^ 0x800,
      authCallback(parameters, done) {
        done(null);
        next();
      } });
    connection.on('query', (sql) => {
      if (sql === 'break') return connection.stream.destroy();
      const count = Number(/\d+/.exec(sql)?.[0] ?? 1);
      connection.writeColumns([{ catalog: 'def', schema: 's', table: 't', orgTable: 't',
        name: 'n', orgName: 'n', characterSet: 33, columnLength: 384, columnType: 253, flags: 0,
        decimals: 0 }]);
      for (let i = 0; i < count; i++) connection.writeTextRow([`row ${i} ${'ü'.repeat(50)}`]);
      connection.writeEof();
      return next();
    });
    connection.on('ping', () => {
      connection.writeOk();
      next();
    });
    connection.on('quit', () => connection.close());
  });
  const port = await listen(server._server);

  const options = { host: '127.0.0.1', port, user: 'root', database: 's', ssl: false };
  const client = mysql.createConnection(options).promise();
  for (const count of [0, 1, 1000, 5000]) {
    const [rows] = await client.query(`select ${count}`);
    say(rows.length, rows.at(-1)?.n.slice(0, 20));
  }
  await client.ping();
  await client.query('break').catch((error) => say(error.code));

  const pool = mysql.createPool({ ...options, connectionLimit: 5 }).promise();
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => pool.query(`select ${i}`)));
  say(all.every(([rows], i) => rows.length === i), connections <= 6);
  let streamed = 0;
  const one = await pool.getConnection();
  for await (const row of one.connection.query('select 5000').stream()) streamed += row.n.length;
  say(streamed);
  one.release();
  await pool.end();
  await until(() => open.size === 0);
  await promised((done) => server.close(done));
});
