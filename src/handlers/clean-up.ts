import { read } from '../core/schema/fields.ts';
import { readEnvironment, once } from '../adapters/aws/environment.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { systemClock } from '../adapters/system.ts';
import { cleanUp, type CleanUpDeps } from '../app/clean-up.ts';
import { type Outcome, cleanUpInput } from '../core/schema/outcome.ts';

const deps = once((): CleanUpDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return { store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET), clock: systemClock };
});

export const handler = async (input: unknown): Promise<Outcome> =>
  cleanUp(deps(), read(cleanUpInput, input, 'input'));
