/**
 * The generator as a program of its own, as wrk is one: sends for some seconds and prints what came of it. Bundled by load-tools.mjs.
 * Run: node (bundle) URL CONNECTIONS SECONDS
 */
import { generator } from './generator-whole.ts';

const [url = '', connections, seconds] = process.argv.slice(2);
const beginMs = performance.now();
const { sent, ok } = await generator({
  ...{ url, connections: Number(connections), seconds: Number(seconds) },
  requests: Number.MAX_SAFE_INTEGER,
});
console.log(JSON.stringify({ sent, ok, seconds: (performance.now() - beginMs) / 1000 }));
