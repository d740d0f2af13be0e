import { readEnvironment } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { once } from '../adapters/aws/once.ts';
import { createHttpSender } from '../adapters/http/sender.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { verify, type VerifyDeps } from '../app/verify.ts';
import type { Verification, VerifyInput } from '../core/payloads.ts';

const deps = once((): VerifyDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    http: createHttpSender({ clock: systemClock }),
    functions: lambdaFunctionInvoker(createLambdaClient()),
    clock: systemClock,
  };
});

export const handler = async (input: VerifyInput): Promise<Verification> => verify(deps(), input);
