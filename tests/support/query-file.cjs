// Jest's reading of *.query files; esbuild has its text loader.
module.exports = {
  process: (/** @type {string} */ text) => ({ code: `module.exports = ${JSON.stringify(text)};` }),
};
