// Node's HTTPParser with one of our sockets: parser.consume(socket._handle).
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

// At the start: once a program has a parser, whichever way it came by it, it is too late.
function install() {
  const { noDeprecation } = process;
  process.noDeprecation = true;  // it is we who ask, not the program
  try {
    takeOurs(process.binding('http_parser').HTTPParser);
  } catch {
    // This Node has no such binding, and so no parser that could be given a handle.
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

module.exports = { install };
