// The types of uvnet are those of Node's own net, so that a function written for `net.Socket` takes
// ours. They come with @types/node, which a TypeScript program for Node has anyway.
/// <reference types="node" />
import net = require('net');
export = net;
