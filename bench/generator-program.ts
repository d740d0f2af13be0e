/**
 * The generator as a program of its own, as wrk is one: sends for some seconds and prints what came of it. Bundled by load-tools.mjs.
 * Run: node (bundle) URL CONNECTIONS SECONDS [REQUESTS]: until one of the two is through
 */
import { generator } from './generator-whole.ts';

const [url = '', connections, seconds, requests = Number.MAX_SAFE_INTEGER] = process.argv.slice(2);
const beginMs = performance.now();
const { sent, ok } = await generator({
  url,
  connections: Number(connections),
  seconds: Number(seconds),
  requests: Number(requests),
});
console.log(JSON.stringify({ sent, ok, seconds: (performance.now() - beginMs) / 1000 }));
