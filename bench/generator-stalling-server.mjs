/** Answers a constant at once, but does nothing at all for 1.4 s, once, 10 s after the first request. Prints its port. */
import { createServer } from 'node:net';

const answer = Buffer.from('HTTP/1.1 200 OK\r\nx-cold: 0\r\ncontent-length: 10\r\n\r\n{"hits":1}');

const stall = () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1400);
};

let started = false;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', () => {
    if (!started) setTimeout(stall, 10_000);
    started = true;
    socket.write(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : address);
});
process.stdin.on('end', () => process.exit(0)).resume();
