import { readEnvironment } from '../adapters/aws/environment.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { once } from '../adapters/aws/once.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { makeReport, type ReportDeps } from '../app/report.ts';
import type { FinishInput, ReportOutput } from '../core/payloads.ts';
import manifest from '../../templates/architectures.json';

const deps = once((): ReportDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    clock: systemClock,
    architectures: manifest.architectures,
  };
});

export const handler = async (input: FinishInput): Promise<ReportOutput> =>
  (await makeReport(deps(), input)).output;
