// The types of uvnet are those of Node's own net, so that a function written for `net.Socket` takes
// ours. They come with @types/node, which a TypeScript program for Node has anyway; added here is
// what they do not have yet, as far as both the oldest and the newest take it.
/// <reference types="node" />
import net = require('net');

declare module 'net' {
  interface KeepAliveOptions {
    enable?: boolean;
    initialDelay?: number;
    interval?: number;
    count?: number;
  }
  interface Socket {
    setKeepAlive(
      enable?: boolean, initialDelay?: number, interval?: number, count?: number): this;
    setKeepAlive(options: KeepAliveOptions): this;
    setTypeOfService(tos: number): this;
    getTypeOfService(): number;
  }
  interface Server {
    dropMaxConnection: boolean;
    [Symbol.asyncIterator](): AsyncIterator<Socket>;
  }
  interface BlockList {
    addAddresses(addresses: Iterable<string>, family?: 'ipv4' | 'ipv6'): void;
    addCIDR(cidr: string): void;
    addCIDRs(cidrs: Iterable<string>): void;
    removeAddress(address: string | net.SocketAddress, family?: 'ipv4' | 'ipv6'): void;
    removeRange(
      start: string | net.SocketAddress,
      end: string | net.SocketAddress,
      family?: 'ipv4' | 'ipv6'
    ): void;
    removeSubnet(
      network: string | net.SocketAddress,
      prefix: number,
      family?: 'ipv4' | 'ipv6'
    ): void;
    removeCIDR(cidr: string): void;
    clear(): void;
    readonly size: number;
    toJSON(): readonly string[];
    fromJSON(rules: string | readonly string[]): void;
  }
  namespace BlockList {
    const PRIVATE_RANGES: readonly string[];
  }
}

export = net;
