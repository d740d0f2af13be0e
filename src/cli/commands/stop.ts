/** `latency-lab stop`: ends a run early, with a report of what was measured until then. */
import { Argument } from 'commander';
import { InputError } from '../../core/errors.ts';
import type { CleanUpDeps } from '../../app/clean-up.ts';
import type { ReportDeps } from '../../app/report.ts';
import type { Executions } from '../aws/executions.ts';
import { defineCommand } from '../command.ts';
import { text } from '../options.ts';
import { ownDirectory, writerOf } from '../run/out-dir.ts';
import { stage } from '../terminal.ts';

export interface StopDeps extends CleanUpDeps, ReportDeps {
  readonly executions: Pick<Executions, 'stop'>;
  readonly stateMachineArn: string;
}

const cause = 'stopped by the user';

/**
 * Stops the execution that holds the lab for a run, reports what it measured and frees the lab, as the state machine
 * would have done.
 * @returns whether there was something to report
 * @throws InputError when that run is not under way
 */
export const stopRun = async (runId: string, deps: StopDeps): Promise<boolean> => {
  const [{ readLock }, { makeReport }, { cleanUp }, { cellsPrefix }] = await Promise.all([
    import('../../app/lock.ts'),
    import('../../app/report.ts'),
    import('../../app/clean-up.ts'),
    import('../../core/keys.ts'),
  ]);
  const lock = await readLock(deps.store);
  if (lock?.runId !== runId) {
    const allowed = lock === undefined ? 'a run that is under way; none is' : lock.runId;
    throw new InputError('RUN', runId, allowed);
  }
  const { executionName } = lock;
  const arn = `${deps.stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName}`;
  // One that has ended without its clean-up has nothing to stop, and still holds the lock.
  await deps.executions.stop(arn, cause).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'ExecutionDoesNotExist') throw error;
  });
  const run = { runId, error: { Error: 'RunStopped', Cause: cause } };
  try {
    const measured = (await deps.store.list(cellsPrefix(runId))).length > 0;
    if (measured) await makeReport(deps, run);
    return measured;
  } finally {
    await cleanUp(deps, { executionName, run });
  }
};

export const stop = defineCommand({
  name: 'stop',
  summary: 'Ends a run early, with a report of what was measured until then.',
  details: [
    'On AWS it stops the execution, writes the partial report into the results bucket and frees the lab for the next run; generators that are still sending end within 15 minutes. A run on this machine, started in this directory, is ended as by Ctrl-C.',
  ],
  examples: ['latency-lab stop run-20261121-090000-5f3a9c', 'latency-lab stop local-20261121-090000-5f3a9c'],
  arguments: [new Argument('<RUN>', 'the id of a run that is under way')],
  options: { stack: text('--stack <NAME>', 'the deployed root stack; default latency-lab') },
  run: async (values, [run = ''], context) => {
    const pid = run.startsWith('local-') ? await writerOf(run) : undefined;
    if (pid !== undefined) {
      process.kill(pid, 'SIGINT');
      context.terminal.say(`${run} was told to stop; it leaves its report in ${ownDirectory(run)}.`);
      return 0;
    }
    const [
      { describeStack, outputOf },
      { stepFunctions },
      { createS3Client, s3ObjectStore },
      { createSsmClient, ssmSecretStore },
    ] = await Promise.all([
      import('../aws/stack.ts'),
      import('../aws/executions.ts'),
      import('../../adapters/aws/object-store.ts'),
      import('../../adapters/aws/parameters.ts'),
    ]);
    const { systemClock } = await import('../../adapters/system.ts');
    const { readManifest } = await import('../../local/deploy/build.ts');
    const { architectures } = await readManifest(context.root);
    const { outputs, parameters } = await describeStack(values.stack ?? 'latency-lab');
    const bucket = outputOf(outputs, 'ResultsBucketName');
    const stateMachineArn = outputOf(outputs, 'StateMachineArn');
    const reported = await stage(
      context.terminal,
      { doing: `Stopping ${run}`, done: () => `Stopped ${run}` },
      () =>
        stopRun(run, {
          ...{
            executions: stepFunctions(stateMachineArn),
            stateMachineArn,
            clock: systemClock,
            architectures,
          },
          store: s3ObjectStore(createS3Client(), bucket),
          secrets: ssmSecretStore(createSsmClient()),
          labName: parameters['LabName'] ?? 'default',
        }),
    );
    context.terminal.say(
      reported ? `Report: s3://${bucket}/runs/${run}/report.html` : 'Nothing had been measured yet.',
    );
    return 0;
  },
});
