import { read } from '../core/schema/fields.ts';
import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createSsmClient, ssmSecretStore } from '../adapters/aws/parameters.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { systemClock } from '../adapters/system.ts';
import { cleanUp, type CleanUpDeps } from '../app/clean-up.ts';
import { type Outcome, cleanUpInput } from '../core/schema/outcome.ts';

const deps = madeOnce((): CleanUpDeps => {
  const environment = readEnvironment(['LAB_NAME', 'RESULTS_BUCKET']);
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    secrets: ssmSecretStore(createSsmClient()),
    clock: systemClock,
    labName: environment.LAB_NAME,
  };
});

export const handler = async (input: unknown): Promise<Outcome> =>
  cleanUp(deps(), read(cleanUpInput, input, 'input'));
