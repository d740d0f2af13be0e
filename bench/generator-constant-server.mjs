/** Answers every request with the same bytes, without looking at it. Prints its port; ends with its stdin. */
import { createServer } from 'node:net';

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-architecture: constant\r\nx-cold: 0\r\n' +
    'x-request-id: 01234567-89ab-cdef-0123-456789abcdef\r\ncontent-length: 10\r\n\r\n{"hits":1}',
);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(answer)).on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : address);
});
process.stdin.on('end', () => process.exit(0)).resume();
