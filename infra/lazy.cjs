// Preloaded into jsii's Node process (see cdk.py): takes a provider's lazy index, which the package ships beside the
// eager one, so that only the resources in use are loaded and not all of AWS.
const fs = require('fs');
const Module = require('module');

const EAGER = /[\\/]@cdkt[fn][\\/]provider-[^\\/]+[\\/](?:.*[\\/])?lib[\\/]index\.js$/;
const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  const file = resolve.call(this, request, ...rest);
  if (!EAGER.test(file)) return file;
  const lazy = file.replace(/index\.js$/, 'lazy-index.js');
  return fs.existsSync(lazy) ? lazy : file;
};
