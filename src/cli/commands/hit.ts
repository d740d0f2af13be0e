/** `latency-lab hit`: the reference method, from here or from inside a Lambda. */
import { Argument } from 'commander';
import { httpConnection } from '../../adapters/http/client.ts';
import { startPacer } from '../../adapters/pacer.ts';
import { systemClock } from '../../adapters/system.ts';
import { hit as send } from '../../app/hit/hit.ts';
import type { HitRequest } from '../../app/hit/request.ts';
import { type HitResult, hitText } from '../../app/hit/result.ts';
import { InputError, messageOf } from '../../core/errors.ts';
import { formatCount } from '../../core/report/format.ts';
import type { FunctionInvoker, FunctionReply } from '../../ports/index.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { text, toggle } from '../options.ts';
import { hitOptions, readHit, shownResult } from '../run/hit-request.ts';
import { stage } from '../terminal.ts';
import { durationText } from '../text.ts';

/** The status is for the eye; written at every request it would disturb the next one. */
const statusEveryMs = 250;

const fromHere = async (
  request: HitRequest,
  hide: (text: string) => string,
  { terminal, signal }: Context,
): Promise<HitResult> => {
  const start = performance.now();
  let shown = start;
  const onProgress = (done: number): void => {
    const now = performance.now();
    if (now - shown < statusEveryMs) return;
    shown = now;
    const left = ((now - start) / 1000 / done) * (request.count - done);
    terminal.status(
      `${formatCount(done)} of ${formatCount(request.count)} requests, about ${durationText(left)} left`,
    );
  };
  const result = await send(
    {
      clock: systemClock,
      startPacer,
      httpConnection: (spec) => httpConnection(spec, { clock: systemClock }),
      hide,
      signal,
      onProgress,
    },
    request,
  );
  terminal.clear();
  return result;
};

/** The longest that a Lambda may run. */
const longestMs = 900_000;

const notOne = (functionName: string, found: string): InputError =>
  new InputError(
    '--from',
    functionName,
    "the lab's generator function, by ARN or name",
    `${found}. The stack's output GeneratorFunctionArn has its ARN`,
  );

const invoke = async (
  invoker: FunctionInvoker,
  functionName: string,
  request: HitRequest,
): Promise<FunctionReply> => {
  try {
    return await invoker.invoke(functionName, JSON.stringify({ hit: request }), longestMs);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      throw notOne(functionName, 'There is no such function in this account and region');
    throw error;
  }
};

const asResult = (text: string): HitResult | undefined => {
  try {
    const value = JSON.parse(text) as Partial<HitResult> | null;
    return value?.schema === 'latency-lab.hit.v1' ? (value as HitResult) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * @throws InputError where there is no such function or it is no generator; Error with the function's own words when it
 * failed, or when it was throttled
 */
export const hitFrom = async (
  functionName: string,
  request: HitRequest,
  invoker: FunctionInvoker,
): Promise<HitResult> => {
  const reply = await invoke(invoker, functionName, request);
  if (reply.throttled)
    throw new Error(`${functionName} was throttled: no concurrency is left. Try again later.`);
  if (reply.functionError !== undefined)
    throw new Error(`${functionName} failed: ${messageOf(reply.payload)}`);
  const result = asResult(reply.payload);
  if (result === undefined) throw notOne(functionName, 'This function answers something else');
  return result;
};

const fromFunction = async (name: string, request: HitRequest, context: Context): Promise<HitResult> => {
  const { createLambdaClient, lambdaFunctionInvoker } =
    await import('../../adapters/aws/function-invoker.ts');
  return stage(
    context.terminal,
    {
      doing: `Asking ${name} to send ${formatCount(request.count)} requests`,
      done: () => `${name} has answered`,
    },
    () => hitFrom(name, request, lambdaFunctionInvoker(createLambdaClient())),
  );
};

export const hit = defineCommand({
  name: 'hit',
  summary: 'Calls a URL N times, in succession unless told otherwise, and says how long it took.',
  details: [
    'Prints the plain mean, with connecting and the first request included as the reference figures were taken, and apart from them the quantiles of the rest with their intervals.',
    'Another machine than this one gets at most 10 requests per second over one connection unless you say that you may load it.',
    'A server whose certificate is signed by a CA of your own: name the file of that CA in the environment variable NODE_EXTRA_CA_CERTS.',
  ],
  examples: [
    'latency-lab hit http://127.0.0.1:8000/hits 1000',
    'latency-lab hit https://example.com/hits 1000 --i-may-load-this',
    'latency-lab hit http://127.0.0.1:8000/items 50 --method POST --header "content-type: application/json" --body @item.json --expect 201',
    'latency-lab hit http://127.0.0.1:8000/hits --rate 200 --duration 30s',
    'latency-lab hit https://example.com/hits --from arn:aws:lambda:eu-west-2:123456789012:function:generator',
  ],
  arguments: [
    new Argument('<URL>', 'an absolute http:// or https:// URL'),
    new Argument('[COUNT]', 'how many requests, 1 to 1,000,000; default 100'),
  ],
  options: {
    from: text('--from <FUNCTION>', "send from inside this Lambda: the stack's output GeneratorFunctionArn"),
    ...hitOptions,
    json: toggle('--json', 'print the result as JSON'),
  },
  endsItself: true,
  run: async (values, words, context) => {
    const { request, hide, holdsSecrets } = await readHit(values, words, context.signal);
    const { from } = values;
    if (from !== undefined && holdsSecrets)
      throw new InputError(
        '--from',
        from,
        'a request without secrets in its headers and body: they stay in this process',
      );
    const result = shownResult(
      await (from === undefined ? fromHere(request, hide, context) : fromFunction(from, request, context)),
      hide,
    );
    context.print(`${values.json ? JSON.stringify(result, null, 2) : hitText(result)}\n`);
    context.signal.throwIfAborted();
    return result.ok === result.sent && Object.keys(result.errors).length === 0 ? 0 : 1;
  },
});
