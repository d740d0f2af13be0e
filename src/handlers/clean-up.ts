import { readEnvironment } from '../adapters/aws/environment.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { once } from '../adapters/aws/once.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { cleanUp, type CleanUpDeps } from '../app/clean-up.ts';
import type { CleanUpInput, Outcome } from '../core/payloads.ts';

const deps = once((): CleanUpDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return { store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET), clock: systemClock };
});

export const handler = async (input: CleanUpInput): Promise<Outcome> => cleanUp(deps(), input);
