import net from 'node:net';
import tls from 'node:tls';
import type { Clock, Exchange, Failure } from '../../ports/index.ts';
import type { Address } from './request.ts';
import { connectFailure, exchangeFailure } from './protocol.ts';
import { ResponseParser } from './response.ts';

export interface SocketOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** A longer body is an error of kind `body`. */
  readonly maxBodyBytes: number;
  /** Certificates to trust instead of the built-in ones, PEM. */
  readonly ca?: string;
  /** The server's certificate is not checked. */
  readonly insecure?: boolean;
}

/** Of the time that a server promises to keep an idle connection, the share in which one is still reused. */
const idleShare = 0.8;

interface Pending {
  readonly parser: ResponseParser;
  readonly sentMs: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (exchange: Exchange) => void;
}

const dial = (address: Address, options: SocketOptions, signal: AbortSignal): net.Socket => {
  const { host, port, serverName: servername } = address;
  if (!address.tls) return new net.Socket({ signal }).connect({ host, port }).setNoDelay(true);
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  const secured: tls.ConnectionOptions & { signal: AbortSignal } = {
    ...{ host, port, servername, ALPNProtocols: ['http/1.1'], signal },
    rejectUnauthorized: options.insecure !== true,
    ...ca,
  };
  return tls.connect(secured).setNoDelay(true);
};

/**
 * Opens a connection, TLS included, in at most `timeoutMs`. Never rejects.
 * @param signal destroys the connection, open or not yet
 */
export const connect = (
  address: Address,
  options: SocketOptions,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpSocket | Failure> =>
  new Promise((resolve) => {
    const where = `${address.host}:${address.port}`;
    const socket = dial(address, options, signal);
    const giveUp = (failure: Failure): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(failure);
    };
    const timer = setTimeout(() => {
      giveUp({ error: 'connect', message: `no connection to ${where} within ${Math.round(timeoutMs)} ms` });
    }, timeoutMs);
    const onError = (error: Error): void => {
      giveUp(connectFailure(where, error));
    };
    socket.once('error', onError);
    socket.once(address.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.removeListener('error', onError);
      resolve(new HttpSocket(socket, options));
    });
  });

/** One open connection that carries one request at a time. After any failure it is destroyed, never used again. */
export class HttpSocket {
  readonly #socket: net.Socket;
  readonly #options: SocketOptions;
  #pending: Pending | undefined;
  #closed = false;
  #idleUntilMs = Infinity;

  constructor(socket: net.Socket, options: SocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#fail);
    socket.on('close', () => {
      this.#fail(new Error('closed'));
    });
  }

  /** False as soon as it is known that the server closed it, or may have by now. */
  get usable(): boolean {
    return !this.#closed && this.#options.clock.now() < this.#idleUntilMs;
  }

  /**
   * Sends `bytes` once and waits for the whole answer. Never rejects.
   * @param leftMs of the timeout, when connecting used some of it up
   */
  exchange(bytes: Buffer, method: string, timeoutMs: number, leftMs = timeoutMs): Promise<Exchange> {
    if (this.#pending !== undefined) throw new Error('a request is under way on this connection');
    return new Promise((resolve) => {
      const timer = setTimeout(this.#onTimeout, leftMs, timeoutMs);
      const parser = new ResponseParser(method, this.#options.maxBodyBytes);
      this.#pending = { parser, timer, resolve, sentMs: this.#options.clock.now() };
      this.#socket.write(bytes);
    });
  }

  destroy(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    const atMs = this.#options.clock.now();
    const pending = this.#pending;
    // Bytes that nobody asked for, such as a 408 before closing: what comes next could not be told apart.
    if (pending === undefined) {
      this.destroy();
      return;
    }
    try {
      const reply = pending.parser.push(chunk);
      if (reply === undefined) return;
      if (!pending.parser.keepAlive) this.destroy();
      this.#noteIdleLimit(reply.headers['keep-alive'], atMs);
      this.#settle(atMs, reply);
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #onEnd = (): void => {
    const pending = this.#pending;
    try {
      const reply = pending?.parser.end();
      this.destroy();
      if (reply !== undefined) this.#settle(this.#options.clock.now(), reply);
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #onTimeout = (timeoutMs: number): void => {
    this.destroy();
    const message = `no full answer within ${Math.round(timeoutMs)} ms`;
    this.#settle(this.#options.clock.now(), { error: 'timeout', message });
  };

  readonly #fail = (error: unknown): void => {
    this.destroy();
    this.#settle(this.#options.clock.now(), exchangeFailure(error));
  };

  #noteIdleLimit(header: string | undefined, atMs: number): void {
    const seconds = /(?:^|[ ,])timeout=(\d{1,6})/i.exec(header ?? '')?.[1];
    this.#idleUntilMs = seconds === undefined ? Infinity : atMs + Number(seconds) * 1000 * idleShare;
  }

  #settle(endMs: number, result: Exchange['result']): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    this.#pending = undefined;
    pending.resolve({ sentMs: pending.sentMs, endMs, result });
  }
}
