/**
 * The Runtime API's client. It speaks HTTP over a plain socket: so it starts quicker than with node:http, and functions
 * that patch node:http (tracers do) do not see the loop's own calls.
 */
import { connect } from 'node:net';

/** @typedef {{ headers: Map<string, string>, body: Buffer }} Answer */

const [host = '', port = '0'] = (process.env['AWS_LAMBDA_RUNTIME_API'] ?? '').split(':');

/** One exchange at a time over one connection that stays open. */
export const socket = connect({ host, port: Number(port), noDelay: true });
let received = Buffer.alloc(0);
/** @type {((answer: Answer) => void) | undefined} */
let answered;

// Without its Runtime API an environment is over.
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(1));
socket.on('data', (chunk) => {
  received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return;
  const [, ...lines] = received.toString('latin1', 0, end).split('\r\n');
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const total = end + 4 + Number(headers.get('content-length') ?? 0);
  if (received.length < total) return;
  const body = received.subarray(end + 4, total);
  received = received.subarray(total);
  answered?.({ headers, body });
});

/**
 * @param {string} method
 * @param {string} path below the API's root
 * @param {string} [body]
 * @param {string} [errorType]
 * @returns {Promise<Answer>} whatever its status: there is nothing that the loop could do about a refusal
 */
export const call = (method, path, body = '', errorType) =>
  new Promise((done) => {
    answered = done;
    const type = errorType === undefined ? '' : `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n`;
    const length = Buffer.byteLength(body);
    socket.write(
      `${method} /2018-06-01/runtime/${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${type}` +
        `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
  });
