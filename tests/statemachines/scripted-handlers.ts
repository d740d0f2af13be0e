/** Stands where the function host stands: answers every invocation from a script, and keeps a record of them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a function throws; `name` is what the state machine sees. */
export class Thrown extends Error {
  constructor(name: string, message = 'on purpose') {
    super(message);
    this.name = name;
  }
}

// The state machine's data has no type here: tests look into it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Payload = any;
export type Script = Readonly<Record<string, (payload: Payload, nth: number) => unknown>>;

export interface Call {
  readonly handler: string;
  readonly payload: Payload;
  readonly startedMs: number;
  endedMs: number;
}

export interface ScriptedHandlers {
  readonly url: string;
  /** Calls since the last `play`, in the order in which they began. */
  readonly calls: readonly Call[];
  play(script: Script): void;
  stop(): void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly error?: boolean;
}

const answerOf = async (work: () => unknown): Promise<Answer> => {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'Lambda.TooManyRequestsException') return { status: 429, body: { message } };
    return { status: 200, body: { errorType: name, errorMessage: message }, error: true };
  }
};

/** @param nameOf the handler behind a function's ARN */
export const startScriptedHandlers = async (nameOf: (arn: string) => string): Promise<ScriptedHandlers> => {
  let script: Script = {};
  let calls: Call[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const payload: unknown = JSON.parse(await text(request));
      const handler = nameOf(String(request.headers['x-amzn-lambda-function-arn']));
      const call: Call = { handler, payload, startedMs: performance.now(), endedMs: Infinity };
      const nth = calls.filter((earlier) => earlier.handler === handler).length;
      calls.push(call);
      const { status, body, error } = await answerOf(() => {
        const work = script[handler];
        if (work === undefined) throw new Thrown('NoScript', `nothing is scripted for ${handler}`);
        return work(payload, nth);
      });
      call.endedMs = performance.now();
      if (error === true) response.setHeader('x-amz-function-error', 'Unhandled');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get calls() {
      return calls;
    },
    play: (next) => {
      script = next;
      calls = [];
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
