// The hook of register.js for Nodes whose module hooks run in a thread of their own.
const url = new URL('./net.mjs', import.meta.url).href;

export function resolve(specifier, context, next) {
  if (specifier !== 'net' && specifier !== 'node:net') return next(specifier, context);
  return { url, format: 'module', shortCircuit: true };
}
