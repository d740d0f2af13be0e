import type { Context } from 'aws-lambda';
import { madeOnce } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createConfigurationClient, lambdaFunctionVersions } from '../adapters/aws/function-versions.ts';
import { systemClock } from '../adapters/system.ts';
import { checkFunction, finishTuning, measureSize, type TunerDeps } from '../app/tuner.ts';
import { read } from '../core/schema/fields.ts';
import { type MeasuredSize, type TunerPlan, tunerTask } from '../core/schema/tuner.ts';
import type { TunerOutput } from '../core/schema/tuning.ts';

const deps = madeOnce((): TunerDeps => ({
  versions: lambdaFunctionVersions(createConfigurationClient()),
  invoker: lambdaFunctionInvoker(createLambdaClient()),
  clock: systemClock,
}));

/** One function for all tasks of a tuner, which come one after the other: what one has started, the next finds warm. */
export const handler = async (
  input: unknown,
  context: Context,
): Promise<TunerPlan | MeasuredSize | TunerOutput | null> => {
  const task = read(tunerTask, input, 'input');
  if ('check' in task) return checkFunction(deps(), task.check);
  if ('measure' in task) return measureSize(deps(), task.measure, context.getRemainingTimeInMillis());
  return finishTuning(deps(), task.finish);
};
