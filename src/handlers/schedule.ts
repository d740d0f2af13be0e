import { read } from '../core/schema/fields.ts';
import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { systemClock } from '../adapters/system.ts';
import { schedule, type ScheduleDeps } from '../app/schedule.ts';
import { type Schedule, scheduleInput } from '../core/schema/work.ts';

const deps = madeOnce((): ScheduleDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return { store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET), clock: systemClock };
});

export const handler = async (input: unknown): Promise<Schedule> =>
  schedule(deps(), read(scheduleInput, input, 'input'));
