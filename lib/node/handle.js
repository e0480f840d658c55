// What programs find as `socket._handle` and `server._handle`: a small object in front of the
// core's connection, with the calls people make on Node's TCP and Pipe.
//
// One per connection, made when first asked for; null where the core has no handle. From then on
// the owner goes through it where Node would, for programs that replace its methods.
'use strict';

const { AsyncResource } = require('async_hooks');
const { GET, kNumber, parts } = require('./binding');

class Handle {
  #owner;
  #native;
  #resource;

  constructor(owner, native) {
    this.#owner = owner;
    this.#native = native;
  }

  get owner() { return this.#owner; }
  get fd() {
    const { get, fd } = this.#native;
    return (get ? get(this.#owner[kNumber], GET.fd) : fd.call(this.#owner)) ?? -1;
  }
  get reading() { return !this.#owner.isPaused?.(); }
  get bytesRead() { return this.#owner.bytesRead ?? 0; }
  get bytesWritten() { return this.#owner._bytesDispatched ?? 0; }
  get writeQueueSize() { return this.#owner.writableLength ?? 0; }

  ref() { this.#native.ref.call(this.#owner); }
  unref() { this.#native.unref.call(this.#owner); }
  hasRef() {
    const { get } = this.#native;
    return get ? get(this.#owner[kNumber], GET.hasRef) : !this.#owner._unref;
  }
  getAsyncId() {
    this.#resource ??= new AsyncResource(this.constructor.name.toUpperCase() + 'WRAP');
    return this.#resource.asyncId();
  }
  // Ends the connection, as Node's handles do; the owner says 'close'.
  close(callback) {
    if (typeof callback === 'function') this.#owner.once('close', () => callback());
    if (typeof this.#owner.destroy === 'function') {
      parts.handleClosed(this.#owner);
    } else {
      this.#native.close.call(this.#owner);
    }
  }
  readStart() { this.#owner.resume(); return 0; }
  readStop() { this.#owner.pause(); return 0; }
}

class Pipe extends Handle {}

class TCP extends Handle {
  #owner;
  #native;
  constructor(owner, native) {
    super(owner, native);
    this.#owner = owner;
    this.#native = native;
  }
  setNoDelay(enable) {
    this.#native.setNoDelay?.call(this.#owner, Boolean(enable));
    return 0;
  }
  setKeepAlive(enable, seconds) {
    this.#native.setKeepAlive?.call(this.#owner, Boolean(enable), seconds * 1000);
    return 0;
  }
  getsockname(out) { Object.assign(out, this.#owner.address()); return 0; }
  getpeername(out) { Object.assign(out, this.#owner._getpeername?.()); return 0; }
}

// kind: 1 TCP, 2 Pipe.
function makeHandle(kind, owner, native) {
  return new (kind === 2 ? Pipe : TCP)(owner, native);
}

module.exports = { Handle, makeHandle };
