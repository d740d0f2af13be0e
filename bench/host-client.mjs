/** The client of bench/host.mjs: one connection, one request after another, the same for every server. */
import { connect } from 'node:net';

/**
 * @typedef {{ call: () => Promise<number>, close: () => void }} Client `call` resolves with milliseconds
 * @param {{ port: number, path: string, body: string, key?: string }} target
 * @returns {Promise<Client>}
 */
export const openClient = ({ port, path, body, key = '' }) =>
  new Promise((opened, failed) => {
    const request =
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nX-Latency-Lab-Key: ${key}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    /** @type {{ done: (ms: number) => void, fail: (error: Error) => void, at: number } | undefined} */
    let waiting;
    let received = '';
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => {
      opened({
        call: () =>
          new Promise((done, fail) => {
            waiting = { done, fail, at: performance.now() };
            socket.write(request);
          }),
        close: () => {
          socket.destroy();
        },
      });
    });
    socket.setEncoding('latin1');
    socket.on('error', failed);
    socket.on('data', (/** @type {string} */ chunk) => {
      received += chunk;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < end + 4 + length) return;
      const now = performance.now();
      const isGood = received.startsWith('HTTP/1.1 200') && !/function-error/i.test(received);
      const answer = received;
      received = '';
      if (isGood) waiting?.done(now - waiting.at);
      else waiting?.fail(new Error(`unexpected answer: ${answer}`));
    });
  });
