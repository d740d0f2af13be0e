/** `latency-lab hit`: the reference method, from here or from inside a Lambda. */
import { httpLane } from '../../adapters/http/lane.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { hit as send } from '../../app/hit/hit.ts';
import { parseHit, politely, type HitRequest } from '../../app/hit/request.ts';
import type { HitResult } from '../../app/hit/result.ts';
import { hitText } from '../../app/hit/text.ts';
import { formatCount } from '../../core/report/format.ts';
import { durationFlag, readNumber, switchFlag, textFlag } from '../args/flags.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { underFlagNames } from '../run/load-flags.ts';
import { stage } from '../terminal/stage.ts';
import { duration } from '../terminal/words.ts';

/** The status is for the eye; written at every request it would disturb the next one. */
const statusEveryMs = 250;

const fromHere = async (request: HitRequest, { terminal, signal }: Context): Promise<HitResult> => {
  const start = performance.now();
  let shown = start;
  const onProgress = (done: number): void => {
    const now = performance.now();
    if (now - shown < statusEveryMs) return;
    shown = now;
    const left = ((now - start) / 1000 / done) * (request.count - done);
    terminal.status(
      `${formatCount(done)} of ${formatCount(request.count)} requests, about ${duration(left)} left`,
    );
  };
  const result = await send(
    {
      clock: systemClock,
      httpLane: (spec) => httpLane(spec, { clock: systemClock }),
      signal,
      onProgress,
    },
    request,
  );
  terminal.clear();
  return result;
};

const fromFunction = async (name: string, request: HitRequest, context: Context): Promise<HitResult> => {
  const { hitFrom } = await import('../aws/hit-from.ts');
  return stage(
    context.terminal,
    {
      doing: `Asking ${name} to send ${formatCount(request.count)} requests`,
      done: () => `${name} has answered`,
    },
    () => hitFrom(name, request),
  );
};

export const hit = defineCommand({
  name: 'hit',
  summary: 'Calls a URL N times in succession over one connection and says how long it took.',
  details: [
    'Prints the plain mean, with connecting and the first request included as the reference figures were taken, and apart from them the quantiles of the rest with their intervals.',
    'Another machine than this one gets at most 10 requests per second unless you say that you may load it.',
  ],
  examples: [
    'latency-lab hit http://127.0.0.1:8000/hits 1000',
    'latency-lab hit https://example.com/hits 1000 --i-may-load-this',
    'latency-lab hit https://example.com/hits --from arn:aws:lambda:eu-west-2:123456789012:function:generator',
  ],
  positionals: [
    { name: 'URL', required: true, help: 'an absolute http:// or https:// URL' },
    { name: 'COUNT', required: false, help: 'how many requests, 1 to 1,000,000; default 100' },
  ],
  flags: {
    from: textFlag('FUNCTION', "send from inside this Lambda: the stack's output GeneratorFunctionArn"),
    timeout: durationFlag('how long an answer may take, up to 60s; default 10s'),
    json: switchFlag('print the result as JSON'),
    'i-may-load-this': switchFlag('the URL is yours to load: send as fast as it answers'),
  },
  run: async ({ values, positionals: [url, count] }, context) => {
    const request = underFlagNames(() =>
      parseHit({
        url,
        ...(count === undefined ? {} : { count: readNumber(count, 'COUNT') }),
        ...(values.timeout === undefined ? {} : { timeoutMs: Math.round(values.timeout * 1000) }),
      }),
    );
    const polite = politely(request, values['i-may-load-this']);
    const result = await (values.from === undefined
      ? fromHere(polite, context)
      : fromFunction(values.from, polite, context));
    context.print(`${values.json ? JSON.stringify(result, null, 2) : hitText(result)}\n`);
    context.signal.throwIfAborted();
    return result.ok === result.sent ? 0 : 1;
  },
});
