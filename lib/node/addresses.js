// net.SocketAddress and net.BlockList: the values and the lists of the C++ core, with Node's checks
// of what they are given.
'use strict';

const { inspect } = require('util');
const { binding } = require('./binding');
const errors = require('./errors');
const validate = require('./validate');

const list = binding.blockList;
const kFields = Symbol('fields');
const kFlowlabelMax = 0xffffffff;  // of 32 bits, though IPv6 has 20

function text(value, name) {
  validate.string(value, name);
  return value;
}

function familyOf(value) {
  if (typeof value?.toLowerCase === 'function') {
    const family = value.toLowerCase();
    if (family === 'ipv4' || family === 'ipv6') return family;
  }
  throw errors.invalidArgValue('options.family', value);
}

class SocketAddress {
  static isSocketAddress(value) { return value?.[kFields] !== undefined; }

  // "1.2.3.4:80", "[::1]:80"; undefined for anything else.
  static parse(input) {
    const fields = binding.parseSocketAddress(text(input, 'input'));
    return fields && new SocketAddress(fields);
  }

  constructor(options = {}) {
    if (options === null || typeof options !== 'object') {
      throw errors.invalidArgType('options', 'of type object', options);
    }
    const { family = 'ipv4', port = 0, flowlabel = 0 } = options;
    const wanted = familyOf(family);
    const { address = wanted === 'ipv4' ? '127.0.0.1' : '::' } = options;
    text(address, 'options.address');
    const checkedPort = validate.port(port, 'options.port');
    validate.number(flowlabel, 'options.flowlabel');
    if (!Number.isInteger(flowlabel)) {
      throw errors.outOfRange('options.flowlabel', 'an integer', flowlabel);
    }
    if (flowlabel < 0 || flowlabel > kFlowlabelMax) {
      throw errors.outOfRange('options.flowlabel', `>= 0 && <= ${kFlowlabelMax}`, flowlabel);
    }
    Object.defineProperty(this, kFields, {
      value: binding.socketAddress({ address, family: wanted, port: checkedPort, flowlabel }),
    });
  }

  get address() { return this[kFields].address; }
  get port() { return this[kFields].port; }
  get family() { return this[kFields].family; }
  get flowlabel() { return this[kFields].flowlabel; }

  toJSON() {
    const { address, port, family, flowlabel } = this;
    return { address, port, family, flowlabel };
  }
  [inspect.custom](depth, options) {
    if (depth < 0) return options.stylize(`[${this.constructor.name}]`, 'special');
    return `SocketAddress ${inspect(this.toJSON(),
      { ...options, depth: options.depth == null ? null : options.depth - 1 })}`;
  }
}

// An address in either form, as text and family.
function addressOf(value, family, name) {
  if (SocketAddress.isSocketAddress(value)) return [value.address, value.family];
  text(value, name);
  text(family, 'family');
  return [value, familyOf(family)];
}

function prefixOf(value, family) {
  const most = family === 'ipv4' ? 32 : 128;
  validate.number(value, 'prefix');
  if (!Number.isInteger(value)) throw errors.outOfRange('prefix', 'an integer', value);
  if (value < 0 || value > most) {
    throw errors.outOfRange('prefix', `>= 0 && <= ${most}`, value);
  }
  return value;
}

const kBlockList = Symbol('BlockList');

class BlockList {
  static isBlockList(value) { return value?.[kBlockList] === true; }
  // Private, loopback and link-local addresses, for addCIDRs().
  static get PRIVATE_RANGES() { return [...binding.PRIVATE_RANGES]; }

  constructor(options) {
    Object.defineProperty(this, kBlockList, { value: true });
    list.init.call(this, options);
  }

  addAddress(address, family = 'ipv4') {
    list.addAddress.apply(this, addressOf(address, family, 'address'));
  }
  addAddresses(addresses, family = 'ipv4') {
    for (const address of addresses) this.addAddress(address, family);
  }
  addRange(start, end, family = 'ipv4') { range(this, list.addRange, start, end, family); }
  addSubnet(network, prefix, family = 'ipv4') {
    subnet(this, list.addSubnet, network, prefix, family);
  }
  addCIDR(cidr) { list.addCIDR.call(this, text(cidr, 'cidr')); }
  addCIDRs(cidrs) { for (const cidr of cidrs) this.addCIDR(cidr); }
  removeAddress(address, family = 'ipv4') {
    list.removeAddress.apply(this, addressOf(address, family, 'address'));
  }
  removeRange(start, end, family = 'ipv4') { range(this, list.removeRange, start, end, family); }
  removeSubnet(network, prefix, family = 'ipv4') {
    subnet(this, list.removeSubnet, network, prefix, family);
  }
  removeCIDR(cidr) { list.removeCIDR.call(this, text(cidr, 'cidr')); }
  clear() { list.clear.call(this); }

  // False, too, for what is no address.
  check(address, family = 'ipv4') {
    return list.check.apply(this, addressOf(address, family, 'address'));
  }

  get rules() { return list.rules.call(this); }
  get size() { return list.size.call(this); }
  toJSON() { return this.rules; }
  fromJSON(rules) {
    const given = typeof rules === 'string' ? JSON.parse(rules) : rules;
    if (!Array.isArray(given) || given.some((rule) => typeof rule !== 'string')) {
      throw errors.invalidArgType('data', 'of type string or an instance of Array', rules);
    }
    list.fromJSON.call(this, given);
  }

  [inspect.custom](depth, options) {
    if (depth < 0) return options.stylize(`[${this.constructor.name}]`, 'special');
    return `BlockList ${inspect({ rules: this.rules },
      { ...options, depth: options.depth == null ? null : options.depth - 1 })}`;
  }
}

function range(self, method, start, end, family) {
  const [first, firstFamily] = addressOf(start, family, 'start');
  const [last, lastFamily] = addressOf(end, family, 'end');
  if (firstFamily !== lastFamily) {
    throw errors.invalidArgValue('end', end, 'must be of the family of start');
  }
  method.call(self, first, last, firstFamily);
}

function subnet(self, method, network, prefix, family) {
  const [address, itsFamily] = addressOf(network, family, 'network');
  method.call(self, address, prefixOf(prefix, itsFamily), itsFamily);
}

// The option blockList of servers and sockets.
function blockListOption(value) {
  if (!BlockList.isBlockList(value)) {
    throw errors.invalidArgType('options.blockList', 'an instance of net.BlockList', value);
  }
  return value;
}

module.exports = { SocketAddress, BlockList, blockListOption };
