import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { sigV4, signingSecrets } from '../adapters/aws/signature.ts';
import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createSsmClient, ssmSecretStore } from '../adapters/aws/parameters.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { httpConnection } from '../adapters/http/client.ts';
import { startPacer } from '../adapters/pacer.ts';
import { systemClock, watchVitals } from '../adapters/system.ts';
import { generate, type GenerateDeps, type Generated } from '../app/generate/generate.ts';
import { hit } from '../app/hit/hit.ts';
import { parseHit } from '../app/hit/request.ts';
import type { HitResult } from '../app/hit/result.ts';
import { read } from '../core/schema/fields.ts';
import { type GenerateInput, generateInput, type GenerateOutput } from '../core/schema/work.ts';

/** What `latency-lab hit --from` invokes the same function with: the fields of a HitRequest. */
export interface HitInput {
  readonly hit: unknown;
}

/** Milliseconds that a hit leaves for its answer before the function's own timeout. */
const hitReserveMs = 5000;

const sign = sigV4(() => systemClock.wallTime());
const connection: GenerateDeps['httpConnection'] = (request) =>
  httpConnection(request, { clock: systemClock, sign });

const deps = madeOnce((): GenerateDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  return {
    clock: systemClock,
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    secrets: ssmSecretStore(createSsmClient()),
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    httpConnection: connection,
    signingSecrets,
    watchVitals,
    startPacer,
  };
});

const metrics = madeOnce(() => new Metrics({ namespace: 'LatencyLab', serviceName: 'generator' }));

const publish = (target: string, { output, self }: Generated): void => {
  metrics().addDimension('target', target);
  metrics().addMetric('RequestsSent', MetricUnit.Count, output.sent);
  metrics().addMetric('RequestsFailed', MetricUnit.Count, output.failed);
  metrics().addMetric('RequestsUnsent', MetricUnit.Count, output.unsent);
  metrics().addMetric('SendLagP99', MetricUnit.Milliseconds, self.sendLagP99Ms);
  metrics().addMetric('EventLoopDelayP99', MetricUnit.Milliseconds, self.eventLoopDelayP99Ms);
  metrics().addMetric('CpuShare', MetricUnit.Percent, self.cpuShare * 100);
  metrics().publishStoredMetrics();
};

let coldStart = true;

const measure = async (input: GenerateInput, context: Context): Promise<GenerateOutput> => {
  const surroundings = {
    remainingMs: context.getRemainingTimeInMillis(),
    coldStart,
    memoryMb: Number(context.memoryLimitInMB),
    node: process.version,
  };
  coldStart = false;
  const generated = await generate(deps(), input, surroundings);
  publish(input.assignment.target.id, generated);
  return generated.output;
};

const hitFromHere = (input: HitInput, context: Context): Promise<HitResult> => {
  const request = parseHit(input.hit);
  const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > request.timeoutMs + hitReserveMs;
  return hit({ clock: systemClock, httpConnection: connection, startPacer, mayGoOn }, request);
};

const isHit = (input: unknown): input is HitInput =>
  typeof input === 'object' && input !== null && 'hit' in input;

export const handler = (input: unknown, context: Context): Promise<GenerateOutput | HitResult> =>
  isHit(input) ? hitFromHere(input, context) : measure(read(generateInput, input, 'input'), context);
