// nodemailer sending to smtp-server: plain, with STARTTLS on a connection that began without, with
// a password, pipelined over a pool, with large attachments, and refused.
'use strict';

const { bytes, digest, listen, program, promised, say } = require('../support');
const nodemailer = require('nodemailer');
const { SMTPServer } = require('smtp-server');

program(async () => {
  const mails = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onAuth({ username, password }, session, done) {
      if (username === 'me' && password === 'secret') done(null, { user: username });
      else done(new Error('who are you'));
    },
    onRcptTo({ address }, session, done) {
      done(address.startsWith('nobody') ? new Error('no such person') : null);
    },
    onData(stream, session, done) {
      const parts = [];
      stream.on('data', (part) => parts.push(part));
      stream.on('end', () => {
        mails.push({ secure: session.secure, user: session.user, text: Buffer.concat(parts) });
        done(null, 'queued');
      });
    },
  });
  server.on('error', (error) => say('server', error.code));
  await listen(server.server);
  const { port } = server.server.address();

  const message = { from: 'a@example.com', to: 'b@example.com', subject: 'Grüße',
    text: 'x'.repeat(10000), date: new Date(0), messageId: '<1@example.com>' };
  const where = { host: '127.0.0.1', port, name: 'client', tls: { rejectUnauthorized: false } };
  for (const options of [{ ignoreTLS: true }, { requireTLS: true },
    { requireTLS: true, auth: { user: 'me', pass: 'secret' } }]) {
    const mailer = nodemailer.createTransport({ ...where, ...options });
    const { accepted, response } = await mailer.sendMail(message);
    const { secure, user, text } = mails.pop();
    say(accepted.join(), response, secure, user, text.length, digest(text));
    mailer.close();
  }
  const mailer = nodemailer.createTransport({ ...where, pool: true, maxConnections: 3,
    requireTLS: true });
  const attachment = bytes(1 << 20);
  await mailer.sendMail({ ...message, attachments: [{ filename: 'a.bin', content: attachment }] });
  say(mails.pop().text.toString('latin1').replace(/\r\n/g, '')
    .includes(attachment.toString('base64').slice(0, 100000)));
  await Promise.all(Array.from({ length: 30 }, () => mailer.sendMail(message)));
  say(mails.length);
  await mailer.sendMail({ ...message, to: 'nobody@example.com' }).catch((error) => {
    say(error.code, error.responseCode);
  });
  mailer.close();
  const stranger = nodemailer.createTransport({ ...where, auth: { user: 'you', pass: '?' } });
  await stranger.verify().catch((error) => say(error.code));
  stranger.close();
  await promised((done) => server.close(done));
});
