import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createLambdaClient } from '../adapters/aws/function-invoker.ts';
import { freeConcurrency } from '../adapters/aws/quotas.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { createSsmClient, readParameter, ssmTargetRegistry } from '../adapters/aws/parameters.ts';
import { systemClock } from '../adapters/system.ts';
import { plan, type PlanDeps } from '../app/plan.ts';
import { targetsPath, tunerParameter } from '../core/keys.ts';
import { plane, type PlanOutput, planInput } from '../core/schema/plan.ts';
import { read } from '../core/schema/fields.ts';

/** A list of the template's, which may be empty. */
const namesIn = (list = ''): readonly string[] => list.split(',').filter((name) => name !== '');

const deps = madeOnce((): PlanDeps => {
  const environment = readEnvironment(['LAB_NAME', 'RESULTS_BUCKET', 'PLANE', 'TUNER_ARN']);
  const lambda = createLambdaClient();
  const ssm = createSsmClient();
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    registry: ssmTargetRegistry(ssm, targetsPath(environment.LAB_NAME)),
    clock: systemClock,
    labName: environment.LAB_NAME,
    region: process.env['AWS_REGION'] ?? '',
    limits: { invokableArns: namesIn(process.env['INVOKABLE_FUNCTION_ARNS']) },
    // AWS Lambda Power Tuning, where it is installed for the lab; else the lab's own.
    tunerArn: async () =>
      (await readParameter(ssm, tunerParameter(environment.LAB_NAME))) ?? environment.TUNER_ARN,
    freeConcurrency: () => freeConcurrency(lambda),
    plane: read(plane, environment.PLANE, 'environment variable PLANE'),
  };
});

export const handler = async (input: unknown): Promise<PlanOutput> =>
  plan(deps(), read(planInput, input, 'input'));
