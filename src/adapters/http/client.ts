import type { HttpRequest, Exchange, Connection } from '../../ports/index.ts';
import { type Address, addressOf, requestBytes } from './request.ts';
import { HttpSocket, type SocketOptions } from './socket.ts';

/** Above the 10 MB that API Gateway lets through. */
const defaultMaxBodyBytes = 16 * 1024 * 1024;

export type HttpOptions = Pick<SocketOptions, 'clock' | 'ca'> & { readonly maxBodyBytes?: number };

/** One connection at a time; opens a new one before a request when the last one is known to be closed, or always. */
class HttpConnection implements Connection {
  readonly #address: Address;
  readonly #bytes: Buffer;
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

/** A connection that sends one request again and again over one kept-alive connection. @throws InputError on a bad request. */
export const httpConnection = (request: HttpRequest, options: HttpOptions): Connection =>
  new HttpConnection(request, options);
