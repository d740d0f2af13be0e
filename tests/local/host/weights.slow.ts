/** An alias's weights, as whoever invokes it sees them, and what becomes of requests while they change. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Lambda } from '@aws-sdk/client-lambda';
import { SFN } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { region } from '../../../src/local/aws-environment.ts';
import { type LocalPlane, startPlane } from '../../../src/local/plane.ts';
import { binomialInterval } from '../fixtures/binomial.ts';
import { root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { createFunction, packageOf } from '../fixtures/functions.ts';
import { createHttpApi } from '../fixtures/http-api.ts';
import { send } from '../fixtures/http.ts';
import { eventually } from '../fixtures/processes.ts';

const FunctionName = 'told';
const alias = { FunctionName, Name: 'live' };
const aliasArn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}:live`;
const total = 5_000;
const atOnce = 16;

/** Runs `each` so many times, some at once. */
const repeat = async <T>(count: number, each: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun++ < count) results.push(await each());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};

/** One state machine: a Map over its input, each item a task that invokes the alias. */
const definition = JSON.stringify({
  StartAt: 'All',
  States: {
    All: {
      Type: 'Map',
      MaxConcurrency: atOnce,
      ItemProcessor: {
        StartAt: 'Invoke',
        States: {
          Invoke: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Parameters: { FunctionName: aliasArn, 'Payload.$': '$' },
            OutputPath: '$.Payload.body',
            End: true,
          },
        },
      },
      End: true,
    },
  },
});

describe('the weights of an alias', () => {
  let plane: LocalPlane;
  let lambda: Lambda;
  let sfn: SFN;
  let url: string;
  let stateMachineArn: string;

  beforeAll(async () => {
    plane = await startPlane({ root, workDir: ownDirectory() });
    const common = { region, credentials: plane.credentials, maxAttempts: 1 };
    lambda = new Lambda({ ...common, endpoint: plane.lambdaUrl });
    sfn = new SFN({ ...common, endpoint: plane.emulatorUrl });
    const source = `export const handler = async ({ ms = 0 }) => {
      if (ms > 0) await new Promise((done) => setTimeout(done, ms));
      const version = process.env.AWS_LAMBDA_FUNCTION_VERSION;
      if (ms < 0) console.log('ran ' + version);
      return { statusCode: 200, body: version };
    };`;
    await createFunction(lambda, FunctionName, packageOf(source), { MemorySize: 1769, Timeout: 10 });
    await lambda.publishVersion({ FunctionName });
    await lambda.updateFunctionConfiguration({ FunctionName, Description: 'the next' });
    await lambda.publishVersion({ FunctionName, Description: 'the next' });
    await lambda.createAlias({ ...alias, FunctionVersion: '1' });
    url = `${await createHttpApi(plane, aliasArn, 'GET /version')}/version`;
    const machine = { name: 'all', roleArn: 'arn:aws:iam::000000000000:role/any', definition };
    ({ stateMachineArn = '' } = await sfn.createStateMachine(machine));
  }, 120_000);
  afterAll(() => plane.stop());

  const shift = (weight: number): Promise<unknown> => {
    const RoutingConfig = { AdditionalVersionWeights: weight === 0 ? {} : { '2': weight } };
    return lambda.updateAlias({ ...alias, FunctionVersion: '1', RoutingConfig });
  };
  const overHttp = async (): Promise<string> => {
    const { status, body } = await send(url);
    return status === 200 ? body : `failed with ${status}`;
  };
  const directly = async (Payload = '{}'): Promise<string> => {
    const reply = await lambda.invoke({ FunctionName, Qualifier: 'live', Payload });
    const { body } = JSON.parse(Buffer.from(reply.Payload ?? []).toString()) as { body: string };
    return body === reply.ExecutedVersion ? body : `ran ${body}, and said ${reply.ExecutedVersion ?? ''}`;
  };
  const byStateMachine = async (items: number): Promise<string[]> => {
    const input = JSON.stringify(Array.from({ length: items }, () => ({})));
    const { executionArn } = await sfn.startExecution({ stateMachineArn, input });
    for (;;) {
      const { status, output = '' } = await sfn.describeExecution({ executionArn });
      if (status === 'SUCCEEDED') return JSON.parse(output) as string[];
      if (status !== 'RUNNING') throw new Error(`the execution: ${String(status)} ${output}`);
      await sleep(100);
    }
  };
  const bySteps = async (): Promise<string[]> => {
    const versions: string[] = [];
    while (versions.length < total) versions.push(...(await byStateMachine(500)));
    return versions;
  };

  const ways: [string, () => Promise<string[]>][] = [
    ['the HTTP front', () => repeat(total, overHttp)],
    ['direct invocation', () => repeat(total, () => directly())],
    ['Step Functions', bySteps],
  ];
  for (const weight of [0.1, 0.35])
    it.each(ways)(
      `gives the new version ${weight} of ${total} requests through %s`,
      async (_, request) => {
        await shift(weight);
        const versions = await request();
        const old = versions.filter((version) => version === '1').length;
        const next = versions.filter((version) => version === '2').length;
        expect(old + next).toBe(total);
        const [least, most] = binomialInterval(total, weight, 0.9999);
        expect(next).toBeGreaterThanOrEqual(least);
        expect(next).toBeLessThanOrEqual(most);
      },
      180_000,
    );

  it('applies to asynchronous events too', async () => {
    await shift(0.5);
    const events = new CloudWatchLogs({
      region,
      credentials: plane.credentials,
      endpoint: plane.emulatorUrl,
    });
    const Payload = '{"ms":-1}';
    const count = 60;
    await repeat(count, () =>
      lambda.invoke({ FunctionName, Qualifier: 'live', InvocationType: 'Event', Payload }),
    );
    const ran = await eventually('all events ran', async () => {
      const logGroupName = `/aws/lambda/${FunctionName}`;
      const found = await events.filterLogEvents({ logGroupName, filterPattern: 'ran', limit: 1000 });
      const versions = (found.events ?? []).flatMap(
        ({ message }) => /ran (\d)/.exec(message ?? '')?.[1] ?? [],
      );
      return versions.length >= count && versions;
    });
    const [least, most] = binomialInterval(count, 0.5, 0.9999);
    const next = ran.filter((version) => version === '2').length;
    expect(next).toBeGreaterThanOrEqual(least);
    expect(next).toBeLessThanOrEqual(most);
  }, 60_000);

  it('change without a failed request; what is in flight finishes; afterwards the old version answers all', async () => {
    await shift(1);
    const inFlight = repeat(atOnce, () => directly('{"ms":2000}'));
    await sleep(500);
    let over = false;
    const load = async (request: () => Promise<string>): Promise<string[]> => {
      const got: string[] = [];
      while (!over) got.push(await request());
      return got;
    };
    const loads = [load(overHttp), load(overHttp), load(() => directly()), load(() => directly())];
    const steps = byStateMachine(500);
    for (const weight of Array.from({ length: 40 }, (_, i) => (i * 0.37) % 1)) {
      await shift(weight);
      await sleep(50);
    }
    await shift(0);
    over = true;
    expect(await inFlight).toEqual(Array.from({ length: atOnce }, () => '2'));
    const answers = [...(await Promise.all(loads)), await steps].flat();
    expect(answers.length).toBeGreaterThan(500);
    expect(new Set(answers)).toEqual(new Set(['1', '2']));
    expect(new Set(await repeat(200, overHttp))).toEqual(new Set(['1']));
    expect(new Set(await repeat(200, () => directly()))).toEqual(new Set(['1']));
    expect(new Set(await byStateMachine(200))).toEqual(new Set(['1']));
  }, 120_000);
});
