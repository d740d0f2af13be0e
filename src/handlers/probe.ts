import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { lambdaAliases } from '../adapters/aws/aliases.ts';
import { madeOnce, readEnvironment } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createConfigurationClient } from '../adapters/aws/function-versions.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { createSsmClient, ssmTargetRegistry } from '../adapters/aws/parameters.ts';
import { startPacer } from '../adapters/pacer.ts';
import { systemClock } from '../adapters/system.ts';
import { probe, type ProbeDeps, type Probed } from '../app/rollout/probe.ts';
import { targetsPath } from '../core/keys.ts';
import { read } from '../core/schema/fields.ts';
import { probeOptions } from '../core/schema/rollout.ts';

const metrics = madeOnce(() => new Metrics({ namespace: 'LatencyLab', serviceName: 'rollout' }));

/** Exactly the dimensions that the alarms have: `service` and the function's name. */
const publish: ProbeDeps['publish'] = (functionName, found) => {
  metrics().addDimension('FunctionName', functionName);
  for (const [name, value] of Object.entries(found)) metrics().addMetric(name, MetricUnit.NoUnit, value);
  metrics().publishStoredMetrics();
};

const deps = madeOnce((): ProbeDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET', 'LAB_NAME']);
  return {
    clock: systemClock,
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    registry: ssmTargetRegistry(createSsmClient(), targetsPath(environment.LAB_NAME)),
    aliases: lambdaAliases(createConfigurationClient()),
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    startPacer,
    publish,
    say: console.error,
  };
});

export const handler = async (input: unknown): Promise<readonly Probed[]> =>
  probe(deps(), read(probeOptions, input, 'input'));
