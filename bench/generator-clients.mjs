/**
 * Clients that send a closed load: `requests` in all, over `connections` connections that each send when the last request
 * was answered, and open theirs anew in each call. Certificates are not checked.
 */
import autocannon from 'autocannon';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { Client } from 'undici';
import { importSources } from './generator-sources.mjs';

/** @typedef {{ url: string, connections: number, requests: number }} Load */
/** @typedef {typeof import('./generator-whole.ts')} Whole */
const whole = /** @type {Whole} */ (await importSources(['bench/generator-whole.ts']));

export const generator = async (/** @type {Load} */ load) => {
  const output = await whole.generator(load);
  if (output.ok !== load.requests) throw new Error(JSON.stringify(output));
};

/** Calls `send` `requests` times, `connections` at a time; it is told which of them sends. */
const closed = async (
  /** @type {Load} */ { connections, requests },
  /** @type {(connection: number) => Promise<unknown>} */ send,
) => {
  let next = 0;
  const one = async (/** @type {number} */ connection) => {
    while (next++ < requests) await send(connection);
  };
  await Promise.all(Array.from({ length: connections }, (_, connection) => one(connection)));
};

/** Bytes on a socket, answers neither parsed nor looked at: a packet is an answer. The floor of what Node can do. */
export const raw = async (/** @type {Load} */ { url, connections, requests }) => {
  const { host, port, protocol } = new URL(url);
  const bytes = `GET /hits HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  const to = { port: Number(port), host: '127.0.0.1', noDelay: true, rejectUnauthorized: false };
  let next = 0;
  const connection = () =>
    new Promise((resolve, reject) => {
      const isTls = protocol === 'https:';
      const socket = isTls ? tls.connect(to) : net.connect(to);
      const send = () => {
        if (next++ < requests) socket.write(bytes);
        else resolve(socket.destroy());
      };
      socket
        .on(isTls ? 'secureConnect' : 'connect', send)
        .on('data', send)
        .on('error', reject);
    });
  await Promise.all(Array.from({ length: connections }, connection));
};

/** The same where the server closes each connection: a new socket for each request. */
export const rawFresh = async (/** @type {Load} */ load) => {
  const { host, port } = new URL(load.url);
  const bytes = `GET /hits HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  await closed(
    load,
    () =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
        socket.on('connect', () => void socket.write(bytes)).on('error', reject);
        socket.on('data', () => {
          resolve(socket.destroy());
        });
      }),
  );
};

/** undici's Client, one for each connection, body read. */
export const undici = async (/** @type {Load} */ load) => {
  const { origin } = new URL(load.url);
  const clients = Array.from(
    { length: load.connections },
    () => new Client(origin, { connect: { rejectUnauthorized: false } }),
  );
  await closed(load, async (connection) => {
    const client = /** @type {Client} */ (clients[connection]);
    const { statusCode, body } = await client.request({ path: '/hits', method: 'GET' });
    await body.text();
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  });
  await Promise.all(clients.map((client) => client.close()));
};

/** http(s).request with a keep-alive agent, body read. */
export const nodeHttp = async (/** @type {Load} */ load) => {
  const { Agent, request } = load.url.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections, rejectUnauthorized: false });
  await closed(
    load,
    () =>
      new Promise((resolve, reject) => {
        const sent = request(load.url, { agent }, (response) => {
          response.resume().on('end', resolve);
        });
        sent.on('error', reject).end();
      }),
  );
  agent.destroy();
};

export const byAutocannon = async (/** @type {Load} */ { url, connections, requests }) => {
  const result = await autocannon({
    ...{ url, connections, amount: requests, timeout: 10 },
    tlsOptions: { rejectUnauthorized: false },
  });
  if (result['2xx'] !== requests) throw new Error(`autocannon: ${result['2xx']} of ${requests} answered`);
};
