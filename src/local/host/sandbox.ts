/**
 * One execution environment: a function process and the Runtime API that it talks to, on a port of its own (AWS's
 * runtimes know the API by host and port only, so that a shared port could not tell processes apart).
 */
import { type Header, headerOf, type HttpRequest } from './http-parser.ts';
import { type HttpExchange, type HttpServer, jsonType, type Reply, serveHttp } from './http-server.ts';
import type { FunctionProcess } from './function-process.ts';
import { type Answer, type InitResult, type Invocation, type Timed, maxResponseBytes } from './invocation.ts';
import type { Socket } from 'node:net';

const prefix = '/2018-06-01/runtime/';
const noHeaders: readonly Header[] = [];

interface Current {
  readonly invocation: Invocation;
  readonly timeoutMs: number;
  readonly timer: NodeJS.Timeout;
  readonly settle: (answer: Answer) => void;
  readonly onStart: () => void;
  /** When the event was handed over; undefined before. */
  startedAt: number | undefined;
}

export class Sandbox {
  /** Resolves when the process asked for its first event, failed or took too long. Never rejects. */
  readonly initialised: Promise<Timed<InitResult>>;
  alive = true;
  private process: FunctionProcess | undefined;
  private server: HttpServer | undefined;
  private poll: { reply: Reply; socket: Socket } | undefined;
  private current: Current | undefined;
  private finishInit: ((result: InitResult) => void) | undefined;

  constructor(initLimitMs: number) {
    const startedAt = performance.now();
    this.initialised = new Promise((resolve) => {
      const timer = setTimeout(() => this.finishInit?.({ kind: 'timeout' }), initLimitMs);
      this.finishInit = (value) => {
        this.finishInit = undefined;
        clearTimeout(timer);
        if (value.kind !== 'ready') this.kill();
        resolve({ value, durationMs: performance.now() - startedAt });
      };
    });
  }

  attach(server: HttpServer, process: FunctionProcess): void {
    this.server = server;
    this.process = process;
    void process.ended.then((ending) => {
      this.close();
      this.finishInit?.({ kind: 'ended', ending });
      const current = this.current;
      current?.settle(current.startedAt === undefined ? { kind: 'untouched' } : { kind: 'ended', ending });
    });
  }

  /**
   * One at a time. Never rejects; after `ended` and `timeout` the sandbox is of no use any more.
   * @param onStart called right before the event is handed over
   */
  invoke(invocation: Invocation, timeoutMs: number, onStart: () => void): Promise<Timed<Answer>> {
    return new Promise((resolve) => {
      const takenAt = performance.now();
      const settle = (value: Answer): void => {
        clearTimeout(current.timer);
        this.current = undefined;
        const durationMs = performance.now() - (current.startedAt ?? takenAt);
        // Timers may fire a fraction of a millisecond early.
        resolve({
          value,
          durationMs: value.kind === 'timeout' ? Math.max(durationMs, timeoutMs) : durationMs,
        });
      };
      const timer = setTimeout(() => {
        this.kill();
        settle({ kind: 'timeout' });
      }, timeoutMs);
      const current: Current = { invocation, timeoutMs, timer, settle, onStart, startedAt: undefined };
      this.current = current;
      if (this.alive) this.deliver();
      else settle({ kind: 'untouched' });
    });
  }

  /** Hands the event over if both it and a poll are there. */
  private deliver(): void {
    const { poll, current } = this;
    if (poll === undefined || current === undefined || poll.socket.destroyed) return;
    this.poll = undefined;
    const { requestId, functionArn, payload, traceId, clientContext } = current.invocation;
    current.onStart();
    current.startedAt = performance.now();
    poll.reply(
      200,
      [
        jsonType,
        ['Lambda-Runtime-Aws-Request-Id', requestId],
        ['Lambda-Runtime-Deadline-Ms', String(Math.floor(Date.now() + current.timeoutMs))],
        ['Lambda-Runtime-Invoked-Function-Arn', functionArn],
        ['Lambda-Runtime-Trace-Id', traceId],
        ...(clientContext === undefined ? [] : [['Lambda-Runtime-Client-Context', clientContext] as const]),
      ],
      payload,
    );
  }

  handle({ request, reply, socket }: HttpExchange): void {
    const path = request.target.startsWith(prefix) ? request.target.slice(prefix.length) : '';
    if (request.method === 'GET' && path === 'invocation/next') {
      if (this.current?.startedAt !== undefined) {
        refuse(reply, 403, 'InvalidStateTransition', 'the current event has not been answered');
        return;
      }
      this.poll = { reply, socket };
      this.finishInit?.({ kind: 'ready' });
      this.deliver();
      return;
    }
    if (request.method !== 'POST') {
      refuse(reply, 404, 'NotFound', `${request.method} ${request.target} is not part of the Runtime API`);
      return;
    }
    const errorType = headerOf(request, 'lambda-runtime-function-error-type');
    if (path === 'init/error') {
      reply(202, [jsonType]);
      this.finishInit?.({ kind: 'error', body: request.body, errorType });
      return;
    }
    this.answer(path, reply, request, errorType);
  }

  private answer(path: string, reply: Reply, request: HttpRequest, errorType: string | undefined): void {
    const { body, oversize } = request;
    const { current } = this;
    const [, id, what] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (what === undefined) {
      refuse(reply, 404, 'NotFound', `${path} is not part of the Runtime API`);
    } else if (current?.startedAt === undefined || current.invocation.requestId !== id) {
      refuse(reply, 400, 'InvalidRequestID', 'no such event is being worked on');
    } else if (oversize > 0) {
      refuse(reply, 413, 'RequestEntityTooLarge', `more than ${maxResponseBytes} bytes`);
      current.settle({ kind: 'oversize', size: oversize });
    } else {
      // The caller's answer goes out first: the runtime has time until the next event.
      setImmediate(reply, 202, noHeaders);
      current.settle(what === 'response' ? { kind: 'response', body } : { kind: 'error', body, errorType });
    }
  }

  throttle(): void {
    this.process?.throttle();
  }

  maxMemoryMb(): number | undefined {
    return this.process?.maxMemoryMb();
  }

  kill(): void {
    if (this.alive) this.process?.kill();
    this.close();
  }

  private close(): void {
    this.alive = false;
    this.server?.close();
  }
}

const refuse = (reply: Reply, status: number, errorType: string, errorMessage: string): void => {
  reply(status, [jsonType], JSON.stringify({ errorMessage, errorType }));
};

/**
 * Opens the Runtime API and starts the process on it.
 * @param launch starts the process, given `host:port` of its Runtime API
 * @param initLimitMs time until it has to ask for its first event
 */
export const startSandbox = async (
  launch: (runtimeApi: string) => FunctionProcess,
  initLimitMs: number,
): Promise<Sandbox> => {
  let sandbox: Sandbox | undefined = undefined as Sandbox | undefined;
  const server = await serveHttp(maxResponseBytes, (exchange) => sandbox?.handle(exchange));
  sandbox = new Sandbox(initLimitMs);
  sandbox.attach(server, launch(`127.0.0.1:${server.port}`));
  return sandbox;
};
