import { LambdaClient } from '@aws-sdk/client-lambda';
import { read } from '../core/schema/fields.ts';
import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { lambdaFunctionSettings } from '../adapters/aws/function-settings.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { httpConnection } from '../adapters/http/client.ts';
import { systemClock } from '../adapters/system.ts';
import { connectionOpener } from '../app/connection.ts';
import { tryOnce, type TrialDeps } from '../app/trial.ts';
import { type TrialOutput, trialInput } from '../core/schema/trial.ts';

const deps = madeOnce((): TrialDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  const connections = {
    clock: systemClock,
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    httpConnection: (request: Parameters<typeof httpConnection>[0]) =>
      httpConnection(request, { clock: systemClock }),
  };
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    clock: systemClock,
    settings: lambdaFunctionSettings(new LambdaClient(), systemClock),
    connectionOpener: (target) => connectionOpener(connections, target),
  };
});

export const handler = async (input: unknown): Promise<TrialOutput> =>
  tryOnce(deps(), read(trialInput, input, 'input'));
