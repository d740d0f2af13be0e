/**
 * Two tuners, one contract: the lab's own, and AWS Lambda Power Tuning itself where LATENCY_LAB_POWER_TUNING names a checkout
 * of it (github.com/alexcasalboni/aws-lambda-power-tuning, 4.4.0). Both are built and deployed to a local plane as they are.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lambda, type FunctionConfiguration } from '@aws-sdk/client-lambda';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { SFN } from '@aws-sdk/client-sfn';
import { judgeAnswer } from '../../src/core/tuning/judge.ts';
import { region } from '../../src/local/aws-environment.ts';
import { sam } from '../../src/local/deploy/sam.ts';
import { type LocalPlane, startPlane } from '../../src/local/plane.ts';
import { startReaper } from '../../src/local/reaper/reaper.ts';
import { ownDirectory } from '../support/directory.ts';
import { root } from './fixtures/bundle.ts';
import { createFunction, packageOf } from './fixtures/functions.ts';

// Real processes on a busy machine; the first build of the checkout asks npm for its layer.
jest.setTimeout(300_000);

const checkout = process.env['LATENCY_LAB_POWER_TUNING'];

interface Tuner {
  readonly name: string;
  readonly template: string;
  readonly inSource: boolean;
  readonly parameters: readonly string[];
  /** The stack's output that names the state machine. */
  readonly output: string;
}

const own: Tuner = {
  ...{ name: 'own', template: join(root, 'templates', 'orchestrator', 'tuner.yaml'), inSource: true },
  ...{
    parameters: ['LogRetentionDays=1', 'ResultsBucketName=none', 'NamePrefix=""', 'PermissionsBoundary=""'],
    output: 'TunerArn',
  },
};
const original: Tuner = {
  ...{ name: 'original', template: join(checkout ?? '', 'template.yml'), inSource: false },
  ...{ parameters: ['lambdaResource=arn:aws:lambda:*:*:function:*'], output: 'StateMachineARN' },
};

let plane: LocalPlane;
let lambda: Lambda;
let sfn: SFN;
let formation: CloudFormation;
const reaper = startReaper(root);
const directory = ownDirectory();

beforeAll(async () => {
  plane = await startPlane({ root, workDir: directory });
  const common = { region, credentials: plane.credentials };
  lambda = new Lambda({ ...common, endpoint: plane.lambdaUrl, maxAttempts: 1 });
  sfn = new SFN({ ...common, endpoint: plane.emulatorUrl });
  formation = new CloudFormation({ ...common, endpoint: plane.emulatorUrl });
});
afterAll(async () => {
  for (const client of [lambda, sfn, formation]) client.destroy();
  await plane.stop();
  await reaper.close();
});

const runSam = async (args: readonly string[]): Promise<void> => {
  const { code, output } = await sam(args, { root, reaper, env: plane.env, onLine: () => undefined });
  if (code !== 0) throw new Error(`sam ${args[0] ?? ''} failed:\n${output.slice(-3000)}`);
};

/** @returns the state machine's ARN */
const deploy = async ({ name, template, inSource, parameters, output }: Tuner): Promise<string> => {
  // At this depth in the repository, because what is built refers to its sources by relative paths.
  const built = inSource
    ? join(root, '.latency-lab', 'tests', `${name}-${process.pid}`)
    : join(directory, name);
  mkdirSync(built, { recursive: true });
  reaper.remove(built);
  const where = inSource ? ['--build-in-source'] : [];
  await runSam(['build', '--template', template, '--build-dir', built, ...where]);
  await runSam([
    ...[
      'deploy',
      '--template-file',
      join(built, 'template.yaml'),
      '--stack-name',
      `tuner-${name}`,
      '--resolve-s3',
    ],
    ...['--capabilities', 'CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND', '--no-confirm-changeset'],
    ...['--no-progressbar', '--parameter-overrides', ...parameters],
  ]);
  const { Stacks = [] } = await formation.describeStacks({ StackName: `tuner-${name}` });
  return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue ?? '';
};

const execute = async (stateMachineArn: string, input: object) => {
  const { executionArn } = await sfn.startExecution({ stateMachineArn, input: JSON.stringify(input) });
  for (;;) {
    const { status, output, error, cause } = await sfn.describeExecution({ executionArn });
    if (status !== 'RUNNING')
      return { status, output: JSON.parse(output ?? 'null') as unknown, error, cause };
    await sleep(200);
  }
};

/** Counts up in a loop for a while; fails in a function of `failsIn` MB. */
const source = `
export const handler = async ({ turns }) => {
  if (process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE === process.env.FAILS_IN) throw new Error('too small');
  let sum = 0;
  for (let i = 0; i < turns; i++) sum += i % 7;
  return sum;
};`;

let count = 0;
const define = async (more: { failsIn?: number; logFormat?: 'JSON' } = {}): Promise<string> => {
  const { FunctionArn = '' } = await createFunction(lambda, `tuned${++count}`, packageOf(source), {
    MemorySize: 384,
    Timeout: 20,
    Environment: { Variables: { FAILS_IN: String(more.failsIn ?? '') } },
    ...(more.logFormat === undefined ? {} : { LoggingConfig: { LogFormat: more.logFormat } }),
  });
  return FunctionArn;
};

/** What is left of a function: memory, versions and aliases. */
const stateOf = async (FunctionName: string) => {
  const { MemorySize }: FunctionConfiguration = await lambda.getFunctionConfiguration({ FunctionName });
  const { Versions = [] } = await lambda.listVersionsByFunction({ FunctionName });
  const { Aliases = [] } = await lambda.listAliases({ FunctionName });
  return {
    memoryMb: MemorySize,
    sizes: Versions.filter(({ Version }) => Version !== '$LATEST').map((version) => version.MemorySize),
    aliases: Aliases.map(({ Name }) => Name),
  };
};

const powerValues = [512, 256, 1024];
const ask = (lambdaARN: string, more: object = {}) => ({
  ...{
    lambdaARN,
    num: 5,
    powerValues,
    payload: { turns: 1e6 },
    strategy: 'speed',
    includeOutputResults: true,
  },
  ...more,
});
const judge = (output: unknown) => judgeAnswer(powerValues, { output }, () => 1);

/** What callers of either may count on. */
const keepsTheContract = (arn: () => string): void => {
  it('tells duration and price of each size and which is best, and puts the function back', async () => {
    const lambdaARN = await define();
    const { status, output } = await execute(arn(), ask(lambdaARN));
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({
      ...{ power: expect.any(Number), cost: expect.any(Number), duration: expect.any(Number) },
      stateMachine: {
        ...{ executionCost: expect.any(Number), lambdaCost: expect.any(Number) },
        visualization: expect.stringMatching(/^https:\/\/lambda-power-tuning\.show\/#AAEAAgAE;[^;]+;[^;]+$/),
      },
    });
    const { failure, sizes, missing } = judge(output);
    expect([failure, missing]).toEqual([undefined, []]);
    expect(sizes.map(({ memoryMb }) => memoryMb)).toEqual([256, 512, 1024]);
    for (const { averageMs, reported } of sizes) {
      expect(averageMs).toBeGreaterThan(0);
      expect(reported.price).toBeGreaterThan(0);
    }
    const { memoryMb, aliases, sizes: left } = await stateOf(lambdaARN);
    expect([memoryMb, aliases]).toEqual([384, []]);
    // The original publishes the size that it puts back.
    expect(left.filter((mb) => mb !== 384)).toEqual([]);
  });

  it('shares weighted payloads out, at once where it is told to', async () => {
    const payload = [
      { payload: { turns: 1 }, weight: 4 },
      { payload: { turns: 2 }, weight: 1 },
    ];
    const asked = ask(await define(), {
      payload,
      parallelInvocation: true,
      strategy: 'balanced',
      balancedWeight: 0.3,
    });
    const { output } = await execute(arn(), asked);
    expect(judge(output)).toMatchObject({ sizes: [{}, {}, {}], missing: [] });
  });

  it('gives no figures of a function that fails in one size without saying so', async () => {
    const lambdaARN = await define({ failsIn: 256 });
    const { output } = await execute(arn(), ask(lambdaARN));
    const { failure, missing } = judge(output);
    expect([failure !== undefined, missing]).toEqual(
      Object.keys(output as object).length === 0 ? [true, [256, 512, 1024]] : [false, [256]],
    );
  });

  it('refuses fewer invocations than five, before anything is changed', async () => {
    const lambdaARN = await define();
    const { status, error } = await execute(arn(), ask(lambdaARN, { num: 4 }));
    expect([status, error === undefined]).toEqual(['FAILED', false]);
    expect(await stateOf(lambdaARN)).toEqual({ memoryMb: 384, sizes: [], aliases: [] });
  });
};

describe("the lab's own tuner", () => {
  let arn: string;
  beforeAll(async () => {
    arn = await deploy(own);
  });
  keepsTheContract(() => arn);

  it('leaves out a size that fails, and one that cannot be set, and cleans up', async () => {
    const lambdaARN = await define({ failsIn: 512 });
    const { status, output } = await execute(arn, ask(lambdaARN));
    expect(status).toBe('SUCCEEDED');
    expect(judge(output)).toMatchObject({ sizes: [{ memoryMb: 256 }, { memoryMb: 1024 }], missing: [512] });
    expect(await stateOf(lambdaARN)).toEqual({ memoryMb: 384, sizes: [], aliases: [] });
  });

  it('fails with the reason where every invocation fails, and cleans up', async () => {
    const lambdaARN = await define({ failsIn: 256 });
    const { status, error, cause } = await execute(arn, ask(lambdaARN, { powerValues: [256] }));
    expect([status, error]).toEqual(['FAILED', 'TuningError']);
    expect(cause).toContain('256 MB: TuningError: an invocation failed: too small');
    expect(await stateOf(lambdaARN)).toEqual({ memoryMb: 384, sizes: [], aliases: [] });
  });

  it.each([
    ['a function that logs in JSON', { logFormat: 'JSON' }, {}, 'text format'],
    ['a field that it does not honour', {}, { onlyColdStarts: true }, 'onlyColdStarts'],
    ['a field that there is not', {}, { power: [128] }, 'power'],
  ] as const)('refuses %s', async (_, defined, more, said) => {
    const { status, error, cause } = await execute(arn, ask(await define(defined), more));
    expect([status, error]).toEqual(['FAILED', 'InputError']);
    expect(cause).toContain(said);
  });
});

const isThere = checkout !== undefined && existsSync(original.template);
if (!isThere)
  console.warn(
    'AWS Lambda Power Tuning itself is not tried: set LATENCY_LAB_POWER_TUNING to a checkout of it, which is built with npm from its registry',
  );

(isThere ? describe : describe.skip)('AWS Lambda Power Tuning in its place', () => {
  let arn: string;
  beforeAll(async () => {
    arn = await deploy(original);
  });
  keepsTheContract(() => arn);
});
