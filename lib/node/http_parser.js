// process.binding('http_parser').HTTPParser with one of our sockets: parser.consume(socket._handle).
//
// Node's parser takes the bytes from the stream inside its own handles, which ours have not, and
// crashes. So ours are read here and given to it.
'use strict';

const { Handle } = require('./handle');

const kStop = Symbol('stop');

function takeOurs(HTTPParser) {
  const { prototype } = HTTPParser;
  const { consume, unconsume } = prototype;
  if (consume[kStop]) return;
  prototype.consume = function(handle) {
    if (!(handle instanceof Handle)) return Reflect.apply(consume, this, arguments);
    this[kStop]?.();
    const { owner } = handle;
    const read = (chunk) => {
      const result = this.execute(chunk);
      this[HTTPParser.kOnExecute]?.(result);
    };
    owner.on('data', read);
    this[kStop] = () => {
      owner.off('data', read);
      this[kStop] = undefined;
    };
  };
  prototype.consume[kStop] = true;
  prototype.unconsume = function() {
    if (this[kStop] === undefined) return Reflect.apply(unconsume, this, arguments);
    this[kStop]();
  };
}

function install() {
  const { binding } = process;
  if (typeof binding !== 'function') return;
  process.binding = function(name) {
    const found = Reflect.apply(binding, this, arguments);
    if (name === 'http_parser' && found?.HTTPParser !== undefined) takeOurs(found.HTTPParser);
    return found;
  };
}

module.exports = { install };
