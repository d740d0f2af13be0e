/** HTTP to the emulator: what the host asks itself, and what it passes on for others. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { keyHeader } from '../credentials.ts';
import type { LogEvents, StoredEvent } from '../insights/events.ts';
import type { Header } from './http-parser.ts';
import type { LogsApi } from './log-writer.ts';

export interface EmulatorReply {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** Headers that belong to one connection and not to the message. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'proxy-connection',
]);

export const endToEnd = (headers: readonly Header[]): Header[] =>
  headers.filter(([name]) => !hopByHop.has(name.toLowerCase()));

const pairs = (flat: readonly string[]): Header[] => {
  const headers: Header[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) headers.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return headers;
};

/** The emulator checks no signature, but finds the service and the region in the credential's scope. */
const credential = (key: string, service: string, region: string): Header => [
  'authorization',
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
];

export type EmulatorClient = ReturnType<typeof createEmulatorClient>;

/** @param key an access key id of the run */
export const createEmulatorClient = (emulatorUrl: string, region: string, key: string) => {
  const { hostname, port, host } = new URL(emulatorUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** Sends the bytes as they are. Rejects when the emulator cannot be reached. */
  const send = (
    method: string,
    target: string,
    headers: readonly Header[],
    body: Buffer,
  ): Promise<EmulatorReply> =>
    new Promise((resolve, reject) => {
      const named = headers.some(([name]) => name.toLowerCase() === 'host');
      const sent = [...endToEnd(headers), [keyHeader, key], ...(named ? [] : [['host', host]])];
      const length =
        body.length > 0 || !['GET', 'HEAD'].includes(method) ? ['content-length', String(body.length)] : [];
      const outgoing = request(
        { hostname, port, method, path: target, agent, headers: [...sent.flat(), ...length] },
        (incoming: IncomingMessage) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const replied = endToEnd(pairs(incoming.rawHeaders));
            resolve({ status: incoming.statusCode ?? 502, headers: replied, body: Buffer.concat(parts) });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  /**
   * A call of the host's own.
   * @returns the parsed answer, undefined for 404
   * @throws Error for any other status
   */
  const get = async (service: string, target: string): Promise<unknown> => {
    const { status, body } = await send('GET', target, [credential(key, service, region)], Buffer.alloc(0));
    if (status === 404) return undefined;
    if (status !== 200)
      throw new Error(`the emulator answered ${status} to ${target}: ${body.toString().slice(0, 200)}`);
    return JSON.parse(body.toString()) as unknown;
  };

  /** As `get`, with a JSON body. @throws Error for any status but 200 */
  const put = async (service: string, target: string, input: unknown): Promise<void> => {
    const headers: Header[] = [credential(key, service, region), ['content-type', 'application/json']];
    const { status, body } = await send('PUT', target, headers, Buffer.from(JSON.stringify(input)));
    if (status !== 200)
      throw new Error(`the emulator answered ${status} to ${target}: ${body.toString().slice(0, 200)}`);
  };

  /** A call of a JSON-protocol API, e.g. `Logs_20140328.PutLogEvents`. */
  const call = (service: string, action: string, input: unknown): Promise<EmulatorReply> =>
    send(
      'POST',
      '/',
      [
        credential(key, service, region),
        ['content-type', 'application/x-amz-json-1.1'],
        ['x-amz-target', action],
      ],
      Buffer.from(JSON.stringify(input)),
    );

  return { send, get, put, call };
};

/** @returns undefined where the answer has that name, as ResourceNotFoundException */
const askLogs = async (
  client: EmulatorClient,
  action: string,
  input: unknown,
  tolerated: string,
): Promise<Buffer | undefined> => {
  const { status, body } = await client.call('logs', `Logs_20140328.${action}`, input);
  if (status === 200) return body;
  const text = body.toString();
  if (text.includes(tolerated)) return undefined;
  throw new Error(`${action}: the emulator answered ${status}: ${text.slice(0, 200)}`);
};

/** Something that is there already is as good as made. */
const callLogs = async (client: EmulatorClient, action: string, input: unknown): Promise<void> => {
  await askLogs(client, action, input, 'ResourceAlreadyExistsException');
};

/** CloudWatch Logs of the emulator, as far as function logs need it. */
export const createEmulatorLogs = (client: EmulatorClient): LogsApi => ({
  createGroup: (logGroupName) => callLogs(client, 'CreateLogGroup', { logGroupName }),
  createStream: (logGroupName, logStreamName) =>
    callLogs(client, 'CreateLogStream', { logGroupName, logStreamName }),
  put: (logGroupName, logStreamName, logEvents) =>
    callLogs(client, 'PutLogEvents', { logGroupName, logStreamName, logEvents }),
});

interface FilteredEvent {
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly eventId: string;
  readonly logStreamName: string;
}

/** Events of one answer; the emulator gives no token for the next, so that reading goes on from the last one's time. */
const pageSize = 10_000;

/** What was logged, as the emulator keeps it. @param accountId of whom `@log` tells */
export const createEmulatorEvents = (client: EmulatorClient, accountId: string): LogEvents => {
  const page = async (input: object): Promise<readonly FilteredEvent[] | undefined> => {
    const body = await askLogs(client, 'FilterLogEvents', input, 'ResourceNotFoundException');
    return body && (JSON.parse(body.toString()) as { events: FilteredEvent[] }).events;
  };
  const between: LogEvents['between'] = async (logGroupName, startTime, endTime) => {
    const found = new Map<string, StoredEvent>();
    for (let from = startTime; ;) {
      const events = await page({ logGroupName, startTime: from, endTime, limit: pageSize });
      if (events === undefined) return undefined;
      for (const { eventId: id, logStreamName: stream, timestamp, ingestionTime, message } of events)
        found.set(id, { id, stream, timestamp, ingestionTime, message, log: `${accountId}:${logGroupName}` });
      if (events.length < pageSize) return [...found.values()];
      const last = events.at(-1)?.timestamp ?? endTime;
      if (last === from) throw new Error(`${logGroupName} has more than ${pageSize} events in a millisecond`);
      from = last;
    }
  };
  return {
    between,
    exists: async (logGroupName) => (await page({ logGroupName, limit: 1 })) !== undefined,
  };
};
