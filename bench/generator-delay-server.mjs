/**
 * A server that delays each answer and keeps the delay that it measured itself, from having read the request to
 * just before it writes the answer, so that a client can only have waited longer. Prints its port; `GET /records` returns all delays in milliseconds, the index being the `x-request-id`.
 * Ends with its stdin.
 */
import { createServer } from 'node:http';

/** @type {number[]} */
const records = [];
let requests = 0;

/** From 1 to 20 ms, all over the range and the same in every run. */
const delayOf = (/** @type {number} */ id) => 1 + ((id * 7919) % 1901) / 100;

const server = createServer((request, response) => {
  if (request.url === '/records') {
    response.end(JSON.stringify(records));
    return;
  }
  const begin = performance.now();
  const id = requests++;
  setTimeout(() => {
    response.setHeader('x-request-id', String(id));
    records[id] = performance.now() - begin;
    response.end('{"hits":1}');
  }, delayOf(id));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : address);
});
process.stdin.on('end', () => process.exit(0)).resume();
