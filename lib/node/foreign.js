// `instanceof` for objects of Node's own net, which Node's other modules go on making.
//
// Node's classes are known by the methods their prototypes have, so that Node's net is not loaded
// to ask.
'use strict';

const ordinary = Function.prototype[Symbol.hasInstance];

// Makes objects count as instances of `type` whose prototype chain has a class of the same name
// with these methods of its own.
function accept(type, methods) {
  let theirs;  // Node's prototype, once seen
  const isTheirs = (prototype) => {
    if (theirs === undefined && prototype.constructor?.name === type.name &&
        methods.every((name) => Object.hasOwn(prototype, name))) {
      theirs = prototype;
    }
    return prototype === theirs;
  };
  Object.defineProperty(type, Symbol.hasInstance, {
    configurable: true,
    value(object) {
      if (ordinary.call(this, object)) return true;
      if (this !== type || object === null || typeof object !== 'object') return false;
      for (let at = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
        if (isTheirs(at)) return true;
      }
      return false;
    },
  });
}

module.exports = { accept };
