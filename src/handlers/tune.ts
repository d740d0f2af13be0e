import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { tune } from '../app/tune.ts';
import { read } from '../core/schema/fields.ts';
import { tuneInput } from '../core/schema/tune.ts';
import type { TrialInput } from '../core/schema/trial.ts';

const deps = madeOnce(() => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return { store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET) };
});

export const handler = async (input: unknown): Promise<{ readonly trials: readonly TrialInput[] }> =>
  tune(deps(), read(tuneInput, input, 'input'));
