/** Stands in for the emulator in bench/host.mjs: one function's configuration, and logs that are thrown away. */
import { createServer } from 'node:http';

const configuration = process.argv[2] ?? '{}';

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.end(request.url?.includes('/configuration') ? configuration : '{}');
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
