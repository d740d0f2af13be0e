import { read } from '../core/schema/fields.ts';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { systemClock } from '../adapters/system.ts';
import { makeReport, type ReportDeps } from '../app/report.ts';
import { type ReportOutput, finishInput } from '../core/schema/outcome.ts';
import type { Report } from '../core/schema/report.ts';
import manifest from '../../templates/architectures.json';

const deps = madeOnce((): ReportDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    clock: systemClock,
    architectures: manifest.architectures,
  };
});

const metrics = madeOnce(() => new Metrics({ namespace: 'LatencyLab', serviceName: 'report' }));

/** One point per target and run, so that an alarm can follow a target from run to run. */
const publish = ({ targets }: Report): void => {
  for (const { id, requests, response } of targets) {
    metrics().addDimension('target', id);
    metrics().addMetric('RequestsFailed', MetricUnit.Count, requests.failed);
    for (const name of ['p50', 'p99'] as const) {
      const quantile = response.all?.quantiles[name];
      if (quantile === undefined || 'neededN' in quantile) continue;
      const ms = 'ms' in quantile ? quantile.ms : quantile.aboveMs;
      metrics().addMetric(`Response${name.toUpperCase()}`, MetricUnit.Milliseconds, ms);
    }
    metrics().publishStoredMetrics();
  }
};

export const handler = async (input: unknown): Promise<ReportOutput> => {
  const { report, output } = await makeReport(deps(), read(finishInput, input, 'input'));
  publish(report);
  return output;
};
