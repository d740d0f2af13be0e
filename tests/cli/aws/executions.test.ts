import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { stepFunctions } from '../../../src/cli/aws/executions.ts';
import { errorNamed } from '../../support/errors.ts';

const sfn = mockClient(SFNClient);

beforeEach(() => {
  process.env['AWS_REGION'] = 'eu-west-2';
  sfn.reset();
});

const startedNames = (): (string | undefined)[] =>
  sfn.commandCalls(StartExecutionCommand).map(({ args: [{ input }] }) => input.name);

describe('start', () => {
  it('calls an execution by the name of its run', async () => {
    sfn.on(StartExecutionCommand).resolves({ executionArn: 'arn' });
    expect(await stepFunctions('machine').start('run-1', '{}')).toBe('arn');
    expect(startedNames()).toEqual(['run-1']);
  });

  it('finds another name when the run is resumed, since an ended execution keeps its own', async () => {
    sfn
      .on(StartExecutionCommand)
      .rejectsOnce(errorNamed('ExecutionAlreadyExists'))
      .resolves({ executionArn: 'again' });
    const longest = 'r'.repeat(60);
    expect(await stepFunctions('machine').start(longest, '{}')).toBe('again');
    const [first, second = ''] = startedNames();
    expect(first).toBe(longest);
    expect(second).toMatch(/^r{60}-\w+$/);
    expect(second.length).toBeLessThanOrEqual(80);
  });

  it('tries no other name after any other error', async () => {
    sfn.on(StartExecutionCommand).rejects(errorNamed('StateMachineDoesNotExist'));
    await expect(stepFunctions('machine').start('run-1', '{}')).rejects.toThrow('StateMachineDoesNotExist');
    expect(startedNames()).toEqual(['run-1']);
  });
});
