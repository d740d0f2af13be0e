/**
 * What the lab's own tuner computes, as AWS Lambda Power Tuning does (its lambda/utils.js and lambda/executor.js, 4.4.0), but
 * for prices, which are not rounded. Pure.
 */
import { mean, sum } from 'd3-array';
import { InputError } from '../errors.ts';
import { isObject } from '../schema/fields.ts';
import type { MeasuredSize } from '../schema/tuner.ts';
import type { TunerInput, TunerOutput } from '../schema/tuning.ts';
import { chooseSize } from './choose.ts';
import { visualizationOf } from './visualization.ts';

/** The original's PowerValues, which it takes where its input has none. */
const defaultSizes: readonly number[] = [128, 256, 512, 1024, 1536, 3008];
const allSizes = Array.from({ length: (3008 - 128) / 64 + 1 }, (_, i) => 128 + 64 * i);

export const sizesOf = ({ powerValues = [] }: TunerInput): readonly number[] => {
  if (powerValues === 'ALL') return allSizes;
  return powerValues.length === 0 ? defaultSizes : powerValues;
};

interface WeightedPayload {
  readonly payload: unknown;
  readonly weight: number;
}

const isWeighted = (payload: unknown): payload is readonly WeightedPayload[] =>
  Array.isArray(payload) &&
  payload.length > 0 &&
  payload.every((one) => isObject(one) && Boolean(one['payload']) && typeof one['weight'] === 'number');

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A text that is JSON already is sent as it is. */
const written = (payload: unknown): string =>
  typeof payload === 'string' && isJson(payload) ? payload : JSON.stringify(payload ?? null);

/**
 * Of `num` invocations, in their order. Of weighted payloads each gets its share of them, rounded down, and the last one the rest.
 * @throws InputError where a share would be less than one invocation
 */
export const payloadsOf = (num: number, payload: unknown): readonly string[] => {
  if (!isWeighted(payload)) return Array.from({ length: num }, () => written(payload));
  const weights = sum(payload, ({ weight }) => weight);
  const shares = payload.map(({ weight }) => Math.floor((weight * num) / weights));
  const least = shares.findIndex((share) => !(share >= 1));
  if (least !== -1)
    throw new InputError(
      `payload[${least}].weight`,
      payload[least]?.weight,
      `a weight above 0 with which at least one of ${num} invocations has this payload`,
      'Raise "num" or the weight',
    );
  return payload.flatMap((one, i) => {
    const share = i < payload.length - 1 ? shares[i] : num - sum(shares.slice(0, -1));
    return Array.from({ length: share ?? 0 }, () => written(one.payload));
  });
};

/** Of one invocation, in milliseconds. */
export interface Invoked {
  /** With initialisation or restoring where it waited for them. */
  readonly durationMs: number;
  readonly billedMs: number;
}

const figure = (report: string, name: string): number =>
  Number(new RegExp(`\\t${name}: ([\\d.]+) ms`).exec(report)?.[1] ?? 0);

/**
 * From the end of an invocation's log in the text format; undefined where it holds no REPORT line. A cold one counts its
 * initialisation, which Lambda bills inside "Billed Duration", restoring beside it.
 */
export const readReport = (logTail: string): Invoked | undefined => {
  const report = /^REPORT RequestId: .*$/m.exec(logTail)?.[0];
  if (report === undefined) return undefined;
  const durationMs =
    figure(report, 'Duration') + figure(report, 'Init Duration') + figure(report, 'Restore Duration');
  return {
    durationMs,
    billedMs: figure(report, 'Billed Duration') + figure(report, 'Billed Restore Duration'),
  };
};

/**
 * The mean of what is left without the least and the largest share.
 * @param discard share at each end, 0 to 0.4; rounded down to whole values
 */
export const trimmedMean = (values: readonly number[], discard: number): number => {
  const cut = Math.floor(values.length * discard);
  return mean([...values].sort((a, b) => a - b).slice(cut, values.length - cut)) ?? 0;
};

/** @param dollarsOf one invocation of this size, billed for so many whole milliseconds */
export const statsOf = (
  memoryMb: number,
  invoked: readonly Invoked[],
  discardTopBottom: number,
  dollarsOf: (billedMs: number) => number,
): MeasuredSize => {
  const billed = invoked.map(({ billedMs }) => billedMs);
  return {
    value: memoryMb,
    averageDuration: trimmedMean(
      invoked.map(({ durationMs }) => durationMs),
      discardTopBottom,
    ),
    averagePrice: dollarsOf(Math.ceil(trimmedMean(billed, discardTopBottom))),
    totalCost: sum(billed, dollarsOf),
  };
};

/** Of Step Functions' standard workflows in most regions (aws.amazon.com/step-functions/pricing, 2026-11). */
const dollarsPerTransition = 0.000025;
/** CheckFunction, MeasureSizes and FinishTuning, and the end. */
const transitionsBesideSizes = 4;

/**
 * What a tuner answers.
 * @returns undefined where no size gave figures
 */
export const outputOf = (
  { strategy = 'cost', balancedWeight, includeOutputResults = false }: TunerInput,
  stats: readonly MeasuredSize[],
): TunerOutput | undefined => {
  const choices = stats
    .filter(({ averageDuration }) => averageDuration > 0)
    .map(({ value, averageDuration, averagePrice }) => ({
      ...{ memoryMb: value, averageMs: averageDuration, dollars: averagePrice },
    }));
  const best = chooseSize(choices, strategy, balancedWeight);
  if (best === undefined) return undefined;
  return {
    power: best.memoryMb,
    cost: best.dollars,
    duration: best.averageMs,
    stateMachine: {
      executionCost: dollarsPerTransition * (transitionsBesideSizes + stats.length),
      lambdaCost: sum(stats, ({ totalCost }) => totalCost),
      visualization: visualizationOf(choices),
    },
    ...(includeOutputResults
      ? {
          stats: stats.map(({ value, averagePrice, averageDuration }) => ({
            value,
            averagePrice,
            averageDuration,
          })),
        }
      : {}),
  };
};
