// through2 between sockets: a chain of transforms, pipeline() that ends and one that breaks, a
// protocol with lengths, pump.
import net from 'net';
import { pipeline } from 'stream';
import zlib from 'zlib';
import pump from 'pump';
import { objectTransform, transform as through } from 'through2';
import support from '../support.js';

const { bytes, close, digest, listen, once, program, promised, say } = support;

// Frames of a length and that many bytes.
const unframe = () => {
  let held = Buffer.alloc(0);
  return objectTransform(function take(chunk, encoding, done) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE()) {
      const size = 4 + held.readUInt32BE();
      this.push(held.subarray(4, size));
      held = held.subarray(size);
    }
    done();
  });
};
const frame = () => objectTransform(function give(chunk, encoding, done) {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(chunk.length);
  this.push(head);
  this.push(chunk);
  done();
});

program(async () => {
  const flip = () => through((chunk, encoding, done) => {
    done(null, chunk.map((byte) => byte ^ 255));
  });
  for (const connect of [pipeline, pump]) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      connect(socket, flip(), zlib.createGzip(), socket, (error) => {
        say('server', error?.code ?? 'ended');
      });
    });
    const port = await listen(server);
    const sent = bytes(4 << 20, 9);
    const client = net.connect(port, '127.0.0.1');
    client.end(sent);
    const parts = [];
    await promised((done) => connect(client, zlib.createGunzip(), flip(),
      through((chunk, encoding, next) => {
        parts.push(chunk);
        next();
      }), done).resume());
    say(digest(Buffer.concat(parts)) === digest(sent));

    // Breaks off in the middle: both pipelines say so.
    const leaving = net.connect(port, '127.0.0.1', () => leaving.write('x'));
    await promised((done) => connect(leaving, through(function fail(chunk, encoding, next) {
      next(new Error('no more'));
    }), (error) => {
      say(error.message, leaving.destroyed);
      done();
    }) && setImmediate(() => leaving.end()));
    await close(server);
  }

  const frames = net.createServer({ allowHalfOpen: true }, (socket) => {
    pipeline(socket, unframe(), objectTransform((chunk, encoding, done) => {
      done(null, Buffer.from(`${chunk.length}:${digest(chunk)}`));
    }), frame(), socket, () => {});
  });
  const client = net.connect(await listen(frames), '127.0.0.1');
  const out = frame();
  out.pipe(client);
  const answers = [];
  client.pipe(unframe()).on('data', (chunk) => answers.push(String(chunk)));
  for (const size of [1, 2, 3, 65535, 65536, 1 << 20, 10]) {
    if (!out.write(bytes(size, 2))) await once(out, 'drain');
  }
  out.end();
  await once(client, 'close');
  say(answers.join(' '));
  await close(frames);
});
