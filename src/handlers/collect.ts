import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { cloudWatchLogQueries, createLogsClient } from '../adapters/aws/log-queries.ts';
import { madeOnce, readEnvironment } from '../adapters/aws/environment.ts';
import { systemClock } from '../adapters/system.ts';
import { collect, type CollectDeps, type Collected } from '../app/collect.ts';
import { read } from '../core/schema/fields.ts';
import { collectInput } from '../core/schema/work.ts';

const deps = madeOnce((): CollectDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    queries: cloudWatchLogQueries(createLogsClient(), systemClock),
    clock: systemClock,
  };
});

export const handler = async (input: unknown): Promise<Collected> =>
  collect(deps(), read(collectInput, input, 'input'));
