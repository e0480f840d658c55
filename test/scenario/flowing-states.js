// readableFlowing: null, true with data or resume(), false after pause() or readable. D12 F1
'use strict';

const net = require('net');
const { flow, tick } = require('./support/trace');

const step = (what, f) => {
  const s = new net.Socket();
  f(s);
  flow(what, 'once', s);
  tick(() => flow(what, 'tick', s));
};
step('01-new', () => {});
step('02-data', (s) => s.on('data', () => {}));
step('03-resume', (s) => s.resume());
step('04-pause', (s) => s.pause());
step('05-pause-data', (s) => { s.pause(); s.on('data', () => {}); });
step('06-data-pause', (s) => { s.on('data', () => {}); s.pause(); });
step('07-data-pause-resume', (s) => { s.on('data', () => {}); s.pause(); s.resume(); });
step('08-readable', (s) => s.on('readable', () => {}));
step('09-readable-resume', (s) => { s.on('readable', () => {}); s.resume(); });
step('10-data-removed', (s) => { const f = () => {}; s.on('data', f); s.off('data', f); });
step('11-pipe', (s) => s.pipe(new net.Socket()));
