import type { HttpRequest } from '../../ports/index.ts';
import type { Exchange, Lane } from '../../ports/lane.ts';
import { type Address, addressOf } from './address.ts';
import { connect, Connection, type ConnectionOptions } from './connection.ts';
import { requestBytes } from './request-bytes.ts';

/** Above the 10 MB that API Gateway lets through. */
const defaultMaxBodyBytes = 16 * 1024 * 1024;

export type LaneOptions = Pick<ConnectionOptions, 'clock' | 'ca'> & { readonly maxBodyBytes?: number };

/** One connection; reconnects before a request when the last one is known to be closed. */
class HttpLane implements Lane {
  readonly #address: Address;
  readonly #bytes: Buffer;
  readonly #method: string;
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;

  constructor(request: HttpRequest, options: LaneOptions) {
    this.#address = addressOf(request.url);
    this.#bytes = requestBytes(request, this.#address);
    this.#method = request.method;
    this.#options = { maxBodyBytes: defaultMaxBodyBytes, ...options };
  }

  /** One attempt, never a second: an increment that was perhaps processed must not be sent again. */
  send(timeoutMs: number): Promise<Exchange> {
    const connection = this.#connection;
    return connection?.usable === true
      ? connection.exchange(this.#bytes, this.#method, timeoutMs)
      : this.#connectAndSend(timeoutMs);
  }

  close(): void {
    this.#closing.abort();
  }

  async #connectAndSend(timeoutMs: number): Promise<Exchange> {
    const { clock } = this.#options;
    const beganMs = clock.now();
    this.#connection?.destroy();
    const opened = await connect(this.#address, this.#options, timeoutMs, this.#closing.signal);
    const connectedMs = clock.now();
    if (!(opened instanceof Connection)) return { sentMs: beganMs, endMs: connectedMs, result: opened };
    this.#connection = opened;
    const connectMs = connectedMs - beganMs;
    const leftMs = Math.max(1, timeoutMs - connectMs);
    return { connectMs, ...(await opened.exchange(this.#bytes, this.#method, timeoutMs, leftMs)) };
  }
}

/** A lane that sends one request again and again over one kept-alive connection. @throws InputError on a bad request. */
export const httpLane = (request: HttpRequest, options: LaneOptions): Lane => new HttpLane(request, options);
