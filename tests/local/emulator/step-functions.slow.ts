import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestEmulator, type TestEmulator } from '../fixtures/emulator.ts';
import { createFunction, packageOf } from '../fixtures/functions.ts';
import { eventually } from '../fixtures/processes.ts';

const account = '000000000000';
const roleArn = `arn:aws:iam::${account}:role/any`;
const alias = `arn:aws:lambda:us-east-1:${account}:function:worker:live`;

let emulator: TestEmulator;
let sfn: SFN;
beforeAll(async () => {
  emulator = await startTestEmulator();
  sfn = new SFN(emulator.client);
  const lambda = new Lambda(emulator.client);
  const FunctionName = 'worker';
  await createFunction(lambda, FunctionName, packageOf(''));
  const { Version } = await lambda.publishVersion({ FunctionName });
  await lambda.createAlias({ FunctionName, Name: 'live', FunctionVersion: Version });
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.invocations.length = 0;
  emulator.answer = ({ event }) => ({ body: event });
});

const failWith = (errorType: string) => ({
  headers: { 'x-amz-function-error': 'Unhandled' },
  body: { errorType, errorMessage: 'on purpose' },
});
const task = (more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: alias, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  ...more,
});

/** A state machine of one state. */
const alone = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });

let machines = 0;
/** Runs a state machine to its end. */
const run = async (definition: object, input: unknown, executionName = 'run') => {
  const name = `machine-${(machines += 1)}`;
  const machine = { name, roleArn, definition: JSON.stringify(definition) };
  const { stateMachineArn } = await sfn.createStateMachine(machine);
  const start = { stateMachineArn, name: executionName, input: JSON.stringify(input) };
  const { executionArn } = await sfn.startExecution(start);
  const { output, ...ended } = await eventually('the execution ended', async () => {
    const execution = await sfn.describeExecution({ executionArn });
    return execution.status !== 'RUNNING' && execution;
  });
  return { ...ended, output: output === undefined ? undefined : JSON.parse(output) };
};
const events = () => emulator.invocations.map(({ event }) => event);

describe('the emulated Step Functions', () => {
  it('invokes an alias with the execution name and the whole input, and goes on with the payload', async () => {
    const Parameters = {
      FunctionName: alias,
      Payload: { 'request.$': '$', 'executionName.$': '$$.Execution.Name' },
    };
    const { status, output } = await run(
      alone('Plan', task({ Parameters, End: true })),
      { rounds: 2 },
      'named',
    );
    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ request: { rounds: 2 }, executionName: 'named' });
    expect(emulator.invocations[0]?.arn).toBe(alias);
  });

  it('runs nested inline Maps of concurrency 1 strictly in order', async () => {
    const map = (path: string, inner: object, more: object) => ({
      Type: 'Map',
      ItemsPath: path,
      MaxConcurrency: 1,
      ItemProcessor: alone('Inner', inner),
      ...more,
    });
    const steps = map('$.steps', task({ End: true }), { End: true });
    const rounds = map('$.rounds', steps, { ResultPath: null, End: true });
    const input = { rounds: [{ steps: [{ s: 1 }, { s: 2 }] }, { steps: [{ s: 3 }] }, { steps: [] }] };
    const { status, output } = await run(alone('Rounds', rounds), input);
    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(input);
    expect(events()).toEqual([{ s: 1 }, { s: 2 }, { s: 3 }]);
  });

  it('catches a failure inside a Map by its error type, so that the other items go on', async () => {
    emulator.answer = ({ event }) =>
      (event as { id: string }).id === 'b' ? failWith('NoTargetError') : { body: { ok: true } };
    const Refuse = {
      Type: 'Pass',
      Parameters: { 'id.$': '$.id', 'reason.$': "States.Format('ended with {}', $.error.Error)" },
      End: true,
    };
    const Catch = [
      { ErrorEquals: ['InputError'], Next: 'Wrong' },
      { ErrorEquals: ['NoTargetError'], ResultPath: '$.error', Next: 'Refuse' },
    ];
    const States = { Verify: task({ Catch, End: true }), Refuse, Wrong: { Type: 'Fail' } };
    const Each = {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: { StartAt: 'Verify', States },
      End: true,
    };
    const input = { items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] };
    const { output } = await run(alone('Each', Each), input);
    expect(output).toEqual([{ ok: true }, { id: 'b', reason: 'ended with NoTargetError' }, { ok: true }]);
  });

  it('retries what is named and nothing else', async () => {
    const reason = { Type: 'User', message: 'Rate Exceeded.', Reason: 'ConcurrentInvocationLimitExceeded' };
    emulator.answer = () =>
      emulator.invocations.length < 3 ? { status: 429, body: reason } : failWith('InputError');
    const Retry = [
      {
        ErrorEquals: ['Lambda.TooManyRequestsException'],
        IntervalSeconds: 1,
        MaxAttempts: 3,
        MaxDelaySeconds: 1,
      },
    ];
    const { status, error, cause } = await run(alone('Once', task({ Retry, End: true })), {});
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'InputError' });
    expect(JSON.parse(cause ?? '')).toMatchObject({ errorMessage: 'on purpose' });
    expect(emulator.invocations).toHaveLength(3);
  });

  it('runs a Distributed Map over a JSON object in S3, side by side, and tolerates failures', async () => {
    const s3 = new S3({ ...emulator.client, forcePathStyle: true });
    const items = Array.from({ length: 5 }, (_, worker) => ({ worker }));
    await s3.createBucket({ Bucket: 'results' });
    await s3.putObject({ Bucket: 'results', Key: 'runs/a/steps/1.json', Body: JSON.stringify(items) });
    let atOnce = 0;
    let most = 0;
    emulator.answer = async ({ event }) => {
      most = Math.max(most, (atOnce += 1));
      await sleep(300);
      atOnce -= 1;
      return (event as { assignment: { worker: number } }).assignment.worker === 3
        ? failWith('Error')
        : { body: null };
    };
    const Work = {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Parameters: { Bucket: 'results', 'Key.$': '$.key' },
      },
      ItemSelector: { 'assignment.$': '$$.Map.Item.Value', 'enteredAt.$': '$$.State.EnteredTime' },
      MaxConcurrency: 200,
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        ...alone('Generate', task({ End: true })),
      },
      ResultPath: null,
      End: true,
    };
    const before = Date.now();
    const input = { key: 'runs/a/steps/1.json' };
    const { status, output } = await run(alone('Work', Work), input);
    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(input);
    expect(most).toBe(5);
    const given = events() as { assignment: { worker: number }; enteredAt: string }[];
    expect(given.map(({ assignment }) => assignment.worker).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(given.map(({ enteredAt }) => enteredAt)).size).toBe(1);
    const entered = Date.parse(given[0]?.enteredAt ?? '');
    expect(entered).toBeGreaterThanOrEqual(before - 1000);
    expect(entered).toBeLessThanOrEqual(Date.now());
  });

  it('puts an object into S3, a JSON value as its text, and tells when it cannot', async () => {
    const s3 = new S3(emulator.client);
    await s3.createBucket({ Bucket: 'put-by-states' });
    const put = (bucket: string) =>
      alone('Put', {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:s3:putObject',
        Parameters: {
          Bucket: bucket,
          'Key.$': "States.Format('some/{}-{}.json', $.name, $.nth)",
          'Body.$': '$.error',
          ContentType: 'application/json',
        },
        ResultPath: null,
        End: true,
      });
    const input = { name: 'a', nth: 2, error: { Error: 'E', Cause: 'said "so"' } };
    expect(await run(put('put-by-states'), input)).toMatchObject({ status: 'SUCCEEDED', output: input });
    const object = await s3.getObject({ Bucket: 'put-by-states', Key: 'some/a-2.json' });
    expect(JSON.parse(await object.Body!.transformToString())).toEqual(input.error);
    expect(await run(put('no-such-bucket'), input)).toMatchObject({
      status: 'FAILED',
      error: expect.stringMatching(/^S3\./),
    });
  });

  it('ends in a Fail state with the error and cause that it takes from its input', async () => {
    const Fail = { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' };
    const ended = await run(alone('Fail', Fail), { error: { Error: 'E', Cause: 'because' } });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'E', cause: 'because' });
  });
});
