/** A Runtime API for one native function process in a store's company of the test's own; no isolation, no limits. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { serve } from '../support/http-server.ts';

/** Runs a `bootstrap` as Lambda does. `env` is all that it gets beside the address of the Runtime API. */
export const runBootstrap = async (file: string, env: Readonly<Record<string, string>>) => {
  let waiting: ServerResponse | undefined;
  let queued: string | undefined;
  let answered: (reply: { path: string; payload: string }) => void = () => undefined;

  const handOver = (): void => {
    if (waiting === undefined || queued === undefined) return;
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': 'request-1',
      'lambda-runtime-deadline-ms': String(Date.now() + 30_000),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:counter',
    });
    waiting.end(queued);
    waiting = queued = undefined;
  };
  const { port, close } = await serve((request, response) => {
    if (request.method === 'GET') {
      waiting = response;
      handOver();
      return;
    }
    void text(request).then((payload) => {
      response.writeHead(202, { 'content-length': '0' }).end();
      answered({ path: request.url ?? '', payload });
    });
  });
  const child: ChildProcess = spawn(file, {
    env: { ...env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');

  return {
    /** Hands the event to the process and resolves with the path it answered on and what it answered. */
    invoke: (event: unknown) =>
      new Promise<{ readonly path: string; readonly payload: string }>((resolve, reject) => {
        answered = resolve;
        queued = JSON.stringify(event);
        void ended.then(() => {
          reject(new Error(`${file} ended`));
        });
        handOver();
      }),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await close();
    },
  };
};
