import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceConflictException,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { ConfigurationError, lambdaFunctionSettings } from '../../../src/adapters/aws/function-settings.ts';

const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:lab-WorkTuning';
const lambda = mockClient(LambdaClient);

/** Time passes by sleeping alone. */
const setUp = () => {
  lambda.reset();
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    wallTime: () => 1_767_225_600_000 + nowMs,
    sleepUntil: (until: number) => {
      nowMs = until;
      return Promise.resolve();
    },
  };
  return { settings: lambdaFunctionSettings(new LambdaClient({}), clock), now: () => nowMs };
};

const given = (LastUpdateStatus: 'Successful' | 'InProgress' | 'Failed') => ({
  LastUpdateStatus,
  MemorySize: 512,
  Environment: { Variables: { TABLE_NAME: 'hits', LATENCY_LAB_TRIAL: 'before' } },
});
const changes = () =>
  lambda.commandCalls(UpdateFunctionConfigurationCommand).map(({ args }) => args[0].input);
const conflict = () => new ResourceConflictException({ message: 'in progress', $metadata: {} });

describe('lambdaFunctionSettings', () => {
  it('tells the memory of a function', async () => {
    const { settings } = setUp();
    lambda.on(GetFunctionConfigurationCommand, { FunctionName: arn }).resolves(given('Successful'));
    expect(await settings.memoryOf(arn)).toBe(512);
  });

  it('changes memory and one variable, keeps the others, and waits until that is in effect', async () => {
    const { settings, now } = setUp();
    lambda
      .on(GetFunctionConfigurationCommand)
      .resolvesOnce(given('Successful'))
      .resolvesOnce(given('InProgress'))
      .resolvesOnce(given('InProgress'))
      .resolves(given('Successful'));
    lambda.on(UpdateFunctionConfigurationCommand).resolves({});
    await settings.renew(arn, 1024);
    const Variables = { TABLE_NAME: 'hits', LATENCY_LAB_TRIAL: '1767225600000' };
    expect(changes()).toEqual([{ FunctionName: arn, MemorySize: 1024, Environment: { Variables } }]);
    expect(now()).toBe(150);
  });

  it('waits for the end of a change that is not its own', async () => {
    const { settings } = setUp();
    lambda.on(GetFunctionConfigurationCommand).resolves(given('Successful'));
    lambda
      .on(UpdateFunctionConfigurationCommand)
      .rejectsOnce(conflict())
      .rejectsOnce(conflict())
      .resolves({});
    await settings.renew(arn, 128);
    expect(changes()).toHaveLength(3);
  });

  it.each([
    [
      'a change that never ends',
      () => lambda.on(GetFunctionConfigurationCommand).resolves(given('InProgress')),
    ],
    ['conflicts that never end', () => lambda.on(UpdateFunctionConfigurationCommand).rejects(conflict())],
  ])('gives %s up after a minute', async (_, script) => {
    const { settings, now } = setUp();
    lambda.on(GetFunctionConfigurationCommand).resolves(given('Successful'));
    script();
    await expect(settings.renew(arn, 128)).rejects.toThrow(ConfigurationError);
    expect(now()).toBeGreaterThan(55_000);
    expect(now()).toBeLessThanOrEqual(60_000);
  });

  it('passes on at once what is no conflict, and says why a change was not taken', async () => {
    const { settings } = setUp();
    lambda.on(GetFunctionConfigurationCommand).resolves(given('Successful'));
    lambda.on(UpdateFunctionConfigurationCommand).rejects(new Error('not authorised'));
    await expect(settings.renew(arn, 128)).rejects.toThrow('not authorised');
    expect(changes()).toHaveLength(1);
    lambda.on(UpdateFunctionConfigurationCommand).resolves({});
    lambda
      .on(GetFunctionConfigurationCommand)
      .resolvesOnce(given('Successful'))
      .resolves({ ...given('Failed'), LastUpdateStatusReason: 'the key is disabled' });
    await expect(settings.renew(arn, 128)).rejects.toThrow('the key is disabled');
  });
});
