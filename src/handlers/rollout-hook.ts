/** What both hooks of a rollout are made of. */
import type { Context } from 'aws-lambda';
import { codeDeployments, createCodeDeployClient } from '../adapters/aws/code-deploy.ts';
import { madeOnce, readEnvironment } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { createSsmClient, ssmTargetRegistry } from '../adapters/aws/parameters.ts';
import { startPacer } from '../adapters/pacer.ts';
import { systemClock } from '../adapters/system.ts';
import { type HookDeps, type HookOutput, type HookStage, runHook } from '../app/rollout/hook.ts';
import { targetsPath } from '../core/keys.ts';

/** Milliseconds before the function's own timeout that are left for writing and reporting. */
const reserveMs = 30_000;

const deps = madeOnce((): HookDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET', 'LAB_NAME']);
  return {
    clock: systemClock,
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    registry: ssmTargetRegistry(createSsmClient(), targetsPath(environment.LAB_NAME)),
    deployments: codeDeployments(createCodeDeployClient()),
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    startPacer,
    say: console.error,
  };
});

export const hookHandler =
  (stage: HookStage) =>
  (event: unknown, context: Context): Promise<HookOutput> => {
    const remainingMs = Math.max(1, context.getRemainingTimeInMillis() - reserveMs);
    return runHook(deps(), stage, event, { remainingMs, signal: AbortSignal.timeout(remainingMs) });
  };
