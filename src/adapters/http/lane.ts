import type { HttpRequest } from '../../ports/index.ts';
import type { Exchange, Lane } from '../../ports/lane.ts';
import { type Address, addressOf } from './address.ts';
import { connect, Connection, type ConnectionOptions } from './connection.ts';
import { requestBytes } from './request-bytes.ts';

/** Above the 10 MB that API Gateway lets through. */
const defaultMaxBodyBytes = 16 * 1024 * 1024;

export type LaneOptions = Pick<ConnectionOptions, 'clock' | 'ca'> & { readonly maxBodyBytes?: number };

/** A place for one connection. Reconnects before a request when the last connection is known to be closed. */
export class ConnectionSlot {
  readonly #address: Address;
  readonly #options: ConnectionOptions;
  #connection: Connection | undefined;

  constructor(address: Address, options: LaneOptions) {
    this.#address = address;
    this.#options = { maxBodyBytes: defaultMaxBodyBytes, ...options };
  }

  /** One attempt, never a second: an increment that was perhaps processed must not be sent again. */
  send(bytes: Buffer, method: string, timeoutMs: number): Promise<Exchange> {
    const connection = this.#connection;
    return connection?.usable === true
      ? connection.exchange(bytes, method, timeoutMs)
      : this.#connectAndSend(bytes, method, timeoutMs);
  }

  close(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  async #connectAndSend(bytes: Buffer, method: string, timeoutMs: number): Promise<Exchange> {
    const beganMs = this.#options.clock.now();
    this.close();
    const opened = await connect(this.#address, this.#options, timeoutMs);
    const connectedMs = this.#options.clock.now();
    if (!(opened instanceof Connection)) return { sentMs: beganMs, endMs: connectedMs, result: opened };
    const connectMs = connectedMs - beganMs;
    this.#connection = opened;
    const left = Math.max(1, timeoutMs - connectMs);
    return { connectMs, ...(await opened.exchange(bytes, method, timeoutMs, left)) };
  }
}

/** A lane that sends one request again and again over one kept-alive connection. @throws InputError on a bad request. */
export const httpLane = (request: HttpRequest, options: LaneOptions): Lane => {
  const address = addressOf(request.url);
  const bytes = requestBytes(request, address);
  const slot = new ConnectionSlot(address, options);
  return {
    send: (timeoutMs) => slot.send(bytes, request.method, timeoutMs),
    close: () => {
      slot.close();
    },
  };
};
