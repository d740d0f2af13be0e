/**
 * The lab's own tuner, which takes the place of AWS Lambda Power Tuning where that is not installed: it publishes the function
 * in every size, invokes each and reads what it took from the end of its log. Sizes are measured one after the other, so
 * that none takes the machine from another.
 */
import { messageOf, InputError, nameAndCause, TuningError } from '../core/errors.ts';
import { defaultPrices, gbSecondsOf, unitPrice } from '../core/cost/prices.ts';
import { isObject } from '../core/schema/fields.ts';
import type { FinishTuningInput, MeasuredSize, MeasureSizeInput, TunerPlan } from '../core/schema/tuner.ts';
import type { TunerInput, TunerOutput } from '../core/schema/tuning.ts';
import { type Invoked, outputOf, payloadsOf, readReport, sizesOf, statsOf } from '../core/tuning/measure.ts';
import type { Clock, FunctionInvoker, FunctionReply, FunctionVersions } from '../ports/index.ts';

export interface TunerDeps {
  readonly versions: FunctionVersions;
  readonly invoker: FunctionInvoker;
  readonly clock: Pick<Clock, 'now' | 'sleepUntil'>;
}

/** As the original names them. */
const aliasOf = (memoryMb: number): string => `RAM${memoryMb}`;

/**
 * @returns what will be done; nothing has been changed then
 * @throws InputError for a function that logs in JSON, whose REPORT lines tuners cannot read, and for weights that give no invocation
 */
export const checkFunction = async (
  { versions }: Pick<TunerDeps, 'versions'>,
  input: TunerInput,
): Promise<TunerPlan> => {
  payloadsOf(input.num, input.payload);
  const { memoryMb, cpuArchitecture, logFormat } = await versions.settings(input.lambdaARN);
  if (logFormat === 'JSON')
    throw new InputError(
      'lambdaARN',
      input.lambdaARN,
      'a function with text format on its logs',
      'Tuners read REPORT lines. Set LogFormat to Text in its LoggingConfig',
    );
  return { input, originalMb: memoryMb, cpuArchitecture, sizes: sizesOf(input) };
};

/** Milliseconds kept for the answer, and between two tries of an invocation that was throttled. */
const reserveMs = 5_000;
const throttledMs = 500;

const errorTypeOf = (payload: string): unknown => {
  try {
    const failed: unknown = JSON.parse(payload);
    return isObject(failed) ? failed['errorType'] : undefined;
  } catch {
    return undefined;
  }
};

/** @throws TuningError where the function failed in a way that is not allowed, or its log tells nothing */
const readReply = (reply: FunctionReply, allowed: readonly string[]): Invoked => {
  const { functionError, payload, logTail = '' } = reply;
  if (functionError !== undefined && !allowed.some((name) => name === errorTypeOf(payload)))
    throw new TuningError(`an invocation failed: ${messageOf(payload).slice(0, 1_000)}`);
  const invoked = readReport(logTail);
  if (invoked === undefined) throw new TuningError("the end of an invocation's log holds no REPORT line");
  return invoked;
};

/**
 * @param deadlineMs of the clock
 * @throws TuningError when time is out before all invocations were done
 */
const invokeAll = async (
  { invoker, clock }: Omit<TunerDeps, 'versions'>,
  { plan: { input }, memoryMb }: MeasureSizeInput,
  deadlineMs: number,
): Promise<readonly Invoked[]> => {
  const { lambdaARN, num, parallelInvocation, sleepBetweenRunsMs = 0, allowedExceptions = [] } = input;
  const payloads = payloadsOf(input.dryRun === true ? 1 : num, input.payload);
  const arn = `${lambdaARN}:${aliasOf(memoryMb)}`;
  const invokeOnce = async (payload: string): Promise<Invoked> => {
    for (;;) {
      const leftMs = Math.floor(deadlineMs - reserveMs - clock.now());
      if (leftMs <= 0)
        throw new TuningError(
          `${payloads.length} invocations take longer than a tuner has for one size; lower "num"`,
        );
      const reply = await invoker.invoke(arn, payload, leftMs, { logTail: true });
      if (!reply.throttled) return readReply(reply, allowedExceptions);
      await clock.sleepUntil(clock.now() + throttledMs);
    }
  };
  if (parallelInvocation === true) return Promise.all(payloads.map(invokeOnce));
  const invoked: Invoked[] = [];
  for (const payload of payloads) {
    invoked.push(await invokeOnce(payload));
    if (sleepBetweenRunsMs > 0) await clock.sleepUntil(clock.now() + sleepBetweenRunsMs);
  }
  return invoked;
};

/** By the newest prices of the function's region, or of us-east-1 where there are none of it. */
const priceOf = ({ input, cpuArchitecture }: TunerPlan, memoryMb: number) => {
  const prices = defaultPrices(input.lambdaARN.split(':')[3]);
  const perGbSecond = unitPrice(prices, `lambda.${cpuArchitecture}.gbSeconds`);
  return (billedMs: number): number => gbSecondsOf({ billedMs, memoryMb }) * perGbSecond;
};

/** The share that the original leaves out at each end where its input says nothing. */
const defaultDiscard = 0.2;

/**
 * Publishes the function in one size and measures it; what was published stays until finishTuning.
 * @param leftMs until this process is ended
 * @throws TuningError and the platform's own errors: the size is left out then
 */
export const measureSize = async (
  deps: TunerDeps,
  given: MeasureSizeInput,
  leftMs: number,
): Promise<MeasuredSize> => {
  const { plan, memoryMb } = given;
  const deadlineMs = deps.clock.now() + leftMs;
  const { lambdaARN, discardTopBottom = defaultDiscard } = plan.input;
  await deps.versions.setMemory(lambdaARN, memoryMb);
  await deps.versions.publish(lambdaARN, aliasOf(memoryMb));
  return statsOf(
    memoryMb,
    await invokeAll(deps, given, deadlineMs),
    discardTopBottom,
    priceOf(plan, memoryMb),
  );
};

const failureOf = ({ sizes, error }: FinishTuningInput): string => {
  const failures = sizes.flatMap((size) =>
    'error' in size ? [`${size.value} MB: ${nameAndCause(size.error.Error, size.error.Cause)}`] : [],
  );
  const all = error === undefined ? failures : [...failures, nameAndCause(error.Error, error.Cause)];
  return `no size gave figures. ${all.join('; ')}`.slice(0, 4_000);
};

/**
 * Puts the function back as it was, whatever happened, and answers.
 * @returns the contract's output; null of a dry run
 * @throws TuningError when no size gave figures, or when something could not be put back
 */
export const finishTuning = async (
  { versions }: Pick<TunerDeps, 'versions'>,
  given: FinishTuningInput,
): Promise<TunerOutput | null> => {
  const { plan, sizes } = given;
  const { lambdaARN } = plan.input;
  // First, since it matters most; and one thing that cannot be undone must not keep the others.
  const undone = await Promise.allSettled([versions.setMemory(lambdaARN, plan.originalMb)]);
  for (const memoryMb of plan.sizes)
    undone.push(...(await Promise.allSettled([versions.unpublish(lambdaARN, aliasOf(memoryMb))])));
  const left = undone.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
  if (left.length > 0) throw new TuningError(`the function was not put back as it was: ${left.join('; ')}`);
  if (plan.input.dryRun === true) return null;
  const output = outputOf(
    plan.input,
    sizes.flatMap((size) => ('error' in size ? [] : [size])),
  );
  if (output === undefined) throw new TuningError(failureOf(given));
  return output;
};
