import type { HttpRequest, Exchange, Connection } from '../../ports/index.ts';
import { type Address, addressOf, requestBytes } from './request.ts';
import { connect, HttpSocket, type SocketOptions } from './socket.ts';

/** Above the 10 MB that API Gateway lets through. */
const defaultMaxBodyBytes = 16 * 1024 * 1024;

export type HttpOptions = Pick<SocketOptions, 'clock' | 'ca'> & { readonly maxBodyBytes?: number };

/** One connection; reconnects before a request when the last one is known to be closed. */
class HttpConnection implements Connection {
  readonly #address: Address;
  readonly #bytes: Buffer;
  readonly #method: string;
  readonly #options: SocketOptions;
  readonly #closing = new AbortController();
  #socket: HttpSocket | undefined;

  constructor(request: HttpRequest, options: HttpOptions) {
    this.#address = addressOf(request.url);
    this.#bytes = requestBytes(request, this.#address);
    this.#method = request.method;
    const { insecure = false } = request;
    this.#options = { maxBodyBytes: defaultMaxBodyBytes, insecure, ...options };
  }

  /** One attempt, never a second: an increment that was perhaps processed must not be sent again. */
  send(timeoutMs: number): Promise<Exchange> {
    const socket = this.#socket;
    return socket?.usable === true
      ? socket.exchange(this.#bytes, this.#method, timeoutMs)
      : this.#connectAndSend(timeoutMs);
  }

  close(): void {
    this.#closing.abort();
  }

  async #connectAndSend(timeoutMs: number): Promise<Exchange> {
    const { clock } = this.#options;
    const beganMs = clock.now();
    this.#socket?.destroy();
    const opened = await connect(this.#address, this.#options, timeoutMs, this.#closing.signal);
    const connectedMs = clock.now();
    if (!(opened instanceof HttpSocket)) return { sentMs: beganMs, endMs: connectedMs, result: opened };
    this.#socket = opened;
    const connectMs = connectedMs - beganMs;
    const leftMs = Math.max(1, timeoutMs - connectMs);
    return { connectMs, ...(await opened.exchange(this.#bytes, this.#method, timeoutMs, leftMs)) };
  }
}

/** A connection that sends one request again and again over one kept-alive connection. @throws InputError on a bad request. */
export const httpConnection = (request: HttpRequest, options: HttpOptions): Connection =>
  new HttpConnection(request, options);
