// Loaded into Node before jsii (see providers.py): a provider's lib/index.js requires about 2,000 modules at once.
// Each `exports.x = require(...)` of that one file becomes a getter that requires on first use.
const fs = require("fs");
const Module = require("module");

const PROVIDER_INDEX = /[\\/]@cdkt[fn][\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const EAGER_EXPORT = /^exports\.(\w+) = ((?:__importStar\()?require\([^)]*\)\)?);$/gm;

function lazily(_, name, load) {
  return (
    `Object.defineProperty(exports, ${JSON.stringify(name)}, { enumerable: true, configurable: true, get() {` +
    ` const value = ${load};` +
    ` Object.defineProperty(exports, ${JSON.stringify(name)}, { enumerable: true, value });` +
    " return value; } });"
  );
}

const load = Module._extensions[".js"];
Module._extensions[".js"] = function (module, filename) {
  if (!PROVIDER_INDEX.test(filename)) return load(module, filename);
  const source = fs.readFileSync(filename, "utf8");
  // The `exports.a = exports.b = void 0` preamble would turn the getters' names into plain properties.
  module._compile(source.replace(/^exports\.[\w. =]*= void 0;$/gm, "").replace(EAGER_EXPORT, lazily), filename);
};
