import net from 'node:net';
import tls from 'node:tls';
import type { Clock, Exchange, Opening } from '../../ports/index.ts';
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

/** Every socket reads into this one: what was read is looked at before anything else is read, and never again. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

type OnRead = (length: number) => boolean;

/** Without the streams' buffers, which cost more than reading the answer does. */
const dial = (address: Address, options: SocketOptions, onRead: OnRead): net.Socket => {
  const { host, port, serverName: servername } = address;
  const onread = { buffer: readBuffer, callback: onRead };
  if (!address.tls) return net.connect({ host, port, onread, noDelay: true });
  const secured: tls.ConnectionOptions & { onread: net.OnReadOpts } = {
    ...{ host, port, servername, ALPNProtocols: ['http/1.1'], onread },
    rejectUnauthorized: options.insecure !== true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
  return tls.connect(secured).setNoDelay(true);
};

/** When the steps of opening a connection were done, on the clock; undefined as long as they are not. */
interface Steps {
  beganMs: number;
  namedMs: number | undefined;
  connectedMs: number | undefined;
}

interface Pending {
  readonly bytes: Buffer;
  readonly method: string;
  readonly timeoutMs: number;
  readonly resolve: (exchange: Exchange) => void;
}

/**
 * One connection that carries one request at a time; the first opens it. After any failure it is destroyed, never used
 * again.
 */
export class HttpSocket {
  readonly #socket: net.Socket;
  readonly #options: SocketOptions;
  readonly #where: string;
  readonly #steps: Steps;
  readonly #parser: ResponseParser;
  /** Of the request under way, if this connection was opened for it. */
  #opening: Opening | undefined;
  #isOpen = false;
  #closed = false;
  #pending: Pending | undefined;
  #sentMs: number;
  #deadlineMs = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Infinity;
  #idleUntilMs = Infinity;

  constructor(address: Address, options: SocketOptions) {
    this.#options = options;
    this.#where = `${address.host}:${address.port}`;
    this.#parser = new ResponseParser(options.maxBodyBytes);
    this.#sentMs = options.clock.now();
    this.#steps = { beganMs: this.#sentMs, namedMs: undefined, connectedMs: undefined };
    this.#socket = dial(address, options, this.#onRead);
    this.#socket.once('lookup', this.#onLookup);
    this.#socket.once('connect', address.tls ? this.#onConnect : this.#onOpen);
    if (address.tls) this.#socket.once('secureConnect', this.#onOpen);
    this.#socket.on('end', this.#onEnd);
    this.#socket.on('error', this.#fail);
    this.#socket.on('close', this.#onClose);
  }

  /** False as soon as it is known that the server closed it, or may have by now. */
  get usable(): boolean {
    if (this.#closed) return false;
    return this.#idleUntilMs === Infinity || this.#options.clock.now() < this.#idleUntilMs;
  }

  /**
   * Sends `bytes` once, as soon as the connection is open, and waits for the whole answer. Never rejects.
   * @param timeoutMs for all of it, opening the connection included
   * @throws Error while a request is under way
   */
  send(bytes: Buffer, method: string, timeoutMs: number): Promise<Exchange> {
    if (this.#pending !== undefined) throw new Error('a request is under way on this connection');
    return new Promise((resolve) => {
      this.#pending = { bytes, method, timeoutMs, resolve };
      if (this.#isOpen) this.#write(bytes, method);
      this.#watch(this.#sentMs + timeoutMs);
    });
  }

  destroy(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  #write(bytes: Buffer, method: string): void {
    this.#parser.begin(method);
    this.#sentMs = this.#options.clock.now();
    this.#socket.write(bytes);
  }

  /** One timer for many requests: it is set again when it went off and the request it was set for is long over. */
  #watch(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs;
    if (this.#timer !== undefined && this.#timerMs <= deadlineMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = deadlineMs;
    this.#timer = setTimeout(this.#onTimer, Math.max(1, deadlineMs - this.#options.clock.now()));
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    if (this.#pending === undefined) return;
    // A timer may go off a fraction of a millisecond early.
    if (this.#options.clock.now() < this.#deadlineMs - 1) this.#watch(this.#deadlineMs);
    else this.#timeOut(Math.round(this.#pending.timeoutMs));
  };

  #timeOut(ms: number): void {
    if (this.#isOpen) this.#settle({ error: 'timeout', message: `no full answer within ${ms} ms` });
    else this.#settle({ error: 'connect', message: `no connection to ${this.#where} within ${ms} ms` });
  }

  readonly #onLookup = (): void => {
    this.#steps.namedMs = this.#options.clock.now();
  };

  readonly #onConnect = (): void => {
    this.#steps.connectedMs = this.#options.clock.now();
  };

  readonly #onOpen = (): void => {
    const { beganMs, namedMs = beganMs, connectedMs } = this.#steps;
    const openMs = this.#options.clock.now();
    this.#opening = {
      dnsMs: namedMs - beganMs,
      tcpMs: (connectedMs ?? openMs) - namedMs,
      tlsMs: openMs - (connectedMs ?? openMs),
    };
    this.#isOpen = true;
    const pending = this.#pending;
    if (pending !== undefined) this.#write(pending.bytes, pending.method);
  };

  readonly #onRead = (length: number): boolean => {
    const atMs = this.#options.clock.now();
    // Bytes that nobody asked for, such as a 408 before closing: what comes next could not be told apart.
    if (this.#pending === undefined) {
      this.destroy();
      return true;
    }
    const parser = this.#parser;
    try {
      const reply = parser.push(readBuffer, length);
      if (reply === undefined) return true;
      if (!parser.keepAlive) this.destroy();
      const { idleSeconds } = parser;
      this.#idleUntilMs = idleSeconds === undefined ? Infinity : atMs + idleSeconds * 1000 * idleShare;
      this.#settle(reply, atMs);
    } catch (error) {
      this.#fail(error);
    }
    return true;
  };

  readonly #onEnd = (): void => {
    try {
      if (this.#pending !== undefined && this.#isOpen) this.#settle(this.#parser.end());
      this.destroy();
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #onClose = (): void => {
    if (!this.#closed || this.#pending !== undefined) this.#fail(new Error('closed'));
  };

  readonly #fail = (error: unknown): void => {
    this.#settle(this.#isOpen ? exchangeFailure(error) : connectFailure(this.#where, error));
  };

  /** Any failure ends the connection; so does whatever comes when no request is under way. */
  #settle(result: Exchange['result'], endMs = this.#options.clock.now()): void {
    if ('error' in result) this.destroy();
    const pending = this.#pending;
    if (pending === undefined) return;
    const opening = this.#opening;
    this.#pending = undefined;
    this.#opening = undefined;
    const sentMs = this.#sentMs;
    pending.resolve(opening === undefined ? { sentMs, endMs, result } : { sentMs, endMs, opening, result });
  }
}
