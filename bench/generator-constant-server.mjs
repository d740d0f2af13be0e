/**
 * Answers every request with the same bytes, without looking at it. Prints its port; ends with its stdin.
 * Run: node generator-constant-server.mjs [keeps | closes] [PEM of key and certificate]
 */
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const [how = 'keeps', pemFile] = process.argv.slice(2);
const closes = how === 'closes';
const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-architecture: constant\r\nx-cold: 0\r\n' +
    `x-request-id: 01234567-89ab-cdef-0123-456789abcdef\r\n${closes ? 'connection: close\r\n' : ''}` +
    'content-length: 10\r\n\r\n{"hits":1}',
);

const onSocket = (/** @type {net.Socket} */ socket) => {
  socket.on('data', () => (closes ? socket.end(answer) : socket.write(answer)));
  socket.on('error', () => socket.destroy());
};
const pem = pemFile === undefined ? undefined : readFileSync(pemFile);
const server =
  pem === undefined
    ? net.createServer({ noDelay: true }, onSocket)
    : tls.createServer({ key: pem, cert: pem, noDelay: true }, onSocket);
server.listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : address);
});
process.stdin.on('end', () => process.exit(0)).resume();
