import { InputError, messageOf } from '../../core/errors.ts';
import type { HttpRequest, Exchange, Connection, SignRequest } from '../../ports/index.ts';
import { type Address, addressOf, requestBytes } from './request.ts';
import { HttpSocket, type SocketOptions } from './socket.ts';

/** Above the 10 MB that API Gateway lets through. */
const defaultMaxBodyBytes = 16 * 1024 * 1024;

/** Milliseconds for which a signature is sent again and again; AWS takes one for five minutes. */
const signedMs = 60_000;

export type HttpOptions = Pick<SocketOptions, 'clock' | 'ca'> & {
  readonly maxBodyBytes?: number;
  /** For requests with `auth`; without it they are refused. */
  readonly sign?: SignRequest;
};

/** One connection at a time; opens a new one before a request when the last one is known to be closed, or always. */
class HttpConnection implements Connection {
  readonly #address: Address;
  #bytes: Buffer;
  readonly #method: string;
  readonly #isFresh: boolean;
  readonly #options: SocketOptions;
  #socket: HttpSocket | undefined;
  #closed = false;

  constructor(request: HttpRequest, options: HttpOptions) {
    this.#address = addressOf(request.url);
    this.#bytes = requestBytes(request, this.#address);
    this.#method = request.method;
    const { insecure = false, fresh = false } = request;
    this.#isFresh = fresh;
    this.#options = { maxBodyBytes: defaultMaxBodyBytes, insecure, ...options };
  }

  /** One attempt, never a second: an increment that was perhaps processed must not be sent again. */
  send(timeoutMs: number): Promise<Exchange> {
    const socket = this.#usableSocket();
    const sending = socket.send(this.#bytes, this.#method, timeoutMs);
    if (!this.#isFresh) return sending;
    return sending.finally(() => {
      socket.destroy();
    });
  }

  /** Sends this request from now on, over the same connection: it may differ in its headers. */
  renew(request: HttpRequest): void {
    this.#bytes = requestBytes(request, this.#address);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
  }

  #usableSocket(): HttpSocket {
    if (this.#socket?.usable === true) return this.#socket;
    this.#socket?.destroy();
    const socket = new HttpSocket(this.#address, this.#options);
    this.#socket = socket;
    if (this.#closed) socket.destroy();
    return socket;
  }
}

/** The same for a request that must be signed every now and then. */
const signedConnection = (
  connection: HttpConnection,
  request: Parameters<SignRequest>[0],
  sign: SignRequest,
  clock: HttpOptions['clock'],
): Connection => {
  let dueMs = -Infinity;
  const signAndSend = async (timeoutMs: number): Promise<Exchange> => {
    const nowMs = clock.now();
    try {
      connection.renew({ ...request, headers: { ...request.headers, ...(await sign(request)) } });
    } catch (error) {
      const message = `the request could not be signed: ${messageOf(error)}`;
      return { sentMs: nowMs, endMs: clock.now(), result: { error: 'connect', message } };
    }
    dueMs = nowMs + signedMs;
    return connection.send(timeoutMs);
  };
  return {
    send: (timeoutMs) => (clock.now() < dueMs ? connection.send(timeoutMs) : signAndSend(timeoutMs)),
    close: () => {
      connection.close();
    },
  };
};

/** A connection that sends one request again and again over one kept-alive connection. @throws InputError on a bad request. */
export const httpConnection = (request: HttpRequest, options: HttpOptions): Connection => {
  const connection = new HttpConnection(request, options);
  const { auth } = request;
  if (auth === undefined) return connection;
  if (options.sign === undefined)
    throw new InputError('request.auth', auth.type, 'nothing: here no request is signed');
  return signedConnection(connection, { ...request, auth }, options.sign, options.clock);
};
