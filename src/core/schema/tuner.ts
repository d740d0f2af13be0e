/** What the states of the lab's own tuner hand to each other. */
import * as v from 'valibot';
import { fields, list, number, oneBy, type Output } from './fields.ts';
import { caught } from './outcome.ts';
import { cpuArchitecture, memoryMb } from './target.ts';
import { tunerInput } from './tuning.ts';

const perInvocation = number(0, 1e9);

/** Made by the lab's own tuner of its input, before it changes anything. */
const tunerPlan = fields({
  input: tunerInput,
  /** Of `$LATEST`, to be set again at the end. */
  originalMb: memoryMb,
  cpuArchitecture,
  sizes: list(memoryMb, 50, 1),
});

/** What it measured of one size, or why there is nothing. Dollars are without the charge for requests, as the original's. */
const measuredSize = fields({
  value: memoryMb,
  averageDuration: perInvocation,
  averagePrice: perInvocation,
  /** Of all its invocations. */
  totalCost: perInvocation,
});
const failedSize = v.object({ value: memoryMb, error: caught });

const measureSizeInput = fields({ plan: tunerPlan, memoryMb });

const finishTuningInput = fields({
  plan: tunerPlan,
  sizes: v.optional(
    v.array(oneBy([measuredSize, failedSize], (given) => ('error' in given ? failedSize : measuredSize))),
    [],
  ),
  /** There when not even the sizes' own states could be gone through. */
  error: v.exactOptional(caught),
});

const checking = fields({ check: tunerInput });
const measuring = fields({ measure: measureSizeInput });
const finishing = fields({ finish: finishTuningInput });

/** Input of the tuner's function: which state it works for. */
export const tunerTask = oneBy([checking, measuring, finishing], (given) => {
  if ('finish' in given) return finishing;
  return 'measure' in given ? measuring : checking;
});

export type TunerPlan = Output<typeof tunerPlan>;
export type MeasuredSize = Output<typeof measuredSize>;
export type MeasureSizeInput = Output<typeof measureSizeInput>;
export type FinishTuningInput = Output<typeof finishTuningInput>;
