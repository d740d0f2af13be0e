import { read } from '../core/schema/fields.ts';
import { readEnvironment } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { once } from '../adapters/aws/once.ts';
import { httpLane } from '../adapters/http/lane.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { type LaneDeps, laneOpener } from '../app/lane-opener.ts';
import { verify, type VerifyDeps } from '../app/verify/verify.ts';
import { type Verification, verifyInput } from '../core/schema/plan.ts';

const deps = once((): VerifyDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  const lanes: LaneDeps = {
    clock: systemClock,
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    httpLane: (request) => httpLane(request, { clock: systemClock }),
  };
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    clock: systemClock,
    laneOpener: (target) => laneOpener(lanes, target),
  };
});

export const handler = async (input: unknown): Promise<Verification> =>
  verify(deps(), read(verifyInput, input, 'input'));
