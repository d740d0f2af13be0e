/** `latency-lab run`: one run on a deployed stack. */
import { InputError } from '../../core/errors.ts';
import type { RunRequest } from '../../core/schema/request.ts';
import type { Finding } from '../aws/preflight.ts';
import type { DeployedStack } from '../aws/stack.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { checkOnly, list, number, text, toggle } from '../options.ts';
import { readPrices } from '../price-file.ts';
import { withOut } from '../run/out-dir.ts';
import { ownTargetOptions, ownTargets } from '../run/own-targets.ts';
import {
  checkRequest,
  goalOptions,
  loadOptions,
  newRunId,
  resultOptions,
  runRequest,
} from '../run/request.ts';
import { stage } from '../terminal.ts';

/** Each look is a handful of API calls; slower than locally, because AWS throttles GetExecutionHistory. */
const pollMs = 3_000;

const options = {
  stack: text('--stack <NAME>', 'the deployed root stack; default latency-lab'),
  only: list(
    '--only <A,B>',
    'only these registered targets (see: latency-lab targets --lab); null always comes along',
  ),
  ...loadOptions,
  ...ownTargetOptions,
  runId: text('--run-id <ID>', 'name of the run; naming an earlier one resumes it with the same settings'),
  ...goalOptions,
  ...resultOptions,
  budget: number('--budget <DOLLARS>', 'the most that the run may cost by an upper estimate; default 1'),
  skipPreflight: toggle('--skip-preflight', 'start although the preflight found something wrong'),
};

const sayFindings = ({ terminal }: Context, findings: readonly Finding[]): void => {
  for (const { what, verdict, detail } of findings) {
    if (verdict === 'ok') continue;
    const mark = verdict === 'bad' ? terminal.style.red('!') : terminal.style.dim('?');
    terminal.say(`${mark} ${what}: ${detail}`);
  }
};

const checkAccount = async (
  context: Context,
  stack: DeployedStack,
  request: RunRequest,
  { only, own }: { readonly only: readonly string[] | undefined; readonly own: readonly string[] },
): Promise<boolean> => {
  const { load } = checkRequest(request);
  const { findings, targets } = await stage(
    context.terminal,
    { doing: 'Checking quotas and permissions', done: () => `Looked at ${stack.name}` },
    async () => (await import('../aws/preflight.ts')).preflight(stack, load),
  );
  sayFindings(context, findings);
  if (targets.length > 0)
    checkOnly(
      only,
      targets.map(({ id }) => id),
    );
  const clash = targets.find(({ id }) => own.includes(id));
  if (clash !== undefined) throw new InputError('--target', clash.id, 'a name that no other target has');
  return findings.every(({ verdict }) => verdict !== 'bad');
};

export const run = defineCommand({
  name: 'run',
  summary: 'Starts a run on a deployed stack, follows it and brings the report here.',
  details: [
    'Deploy first: sam build && sam deploy. Region and credentials are taken from where the AWS CLI takes them (AWS_PROFILE, AWS_REGION).',
    'Ctrl-C stops the execution; what was measured stays in the bucket and here, and --run-id resumes the run round by round.',
  ],
  examples: [
    'latency-lab run',
    'latency-lab run --stack latency-lab --only rust-dynamodb,node-dynamodb --rounds 5 --requests 1000',
    'latency-lab run --target mine=https://api.example.com/health --rate 5 --duration 5m',
  ],
  options,
  endsItself: true,
  run: async (values, _, context) => {
    const runId = values.runId ?? newRunId('run', new Date());
    const prices = await readPrices(values.prices);
    const budget = values.budget === undefined ? {} : { budgetDollars: values.budget };
    const { load } = checkRequest(runRequest(values, { runId, ...budget }));
    // Of the registered ones, the preflight knows the names.
    const own = ownTargets(values, { load, taken: values.only ?? [] });
    return withOut({ given: values.out, runId, overwrite: values.overwrite === true }, async (out) => {
      // The AWS SDK takes longer to load than all checks of the input together.
      const { describeStack } = await import('../aws/stack.ts');
      const stack = await describeStack(values.stack ?? 'latency-lab');
      const { targets: extraTargets, secrets } = own.forRun(stack.parameters['LabName'] ?? 'default', runId);
      const request = runRequest(values, {
        runId,
        extraTargets,
        prices,
        ...budget,
        ...(values.only === undefined ? {} : { targets: values.only }),
      });
      const ready = await checkAccount(context, stack, request, { only: values.only, own: own.ids });
      if (!ready && !values.skipPreflight) {
        context.terminal.say(
          'Nothing was started. Mend what is marked, or start all the same with --skip-preflight.',
        );
        return 1;
      }
      const { executeRun } = await import('../run/execute.ts');
      return executeRun(context, {
        runId,
        out,
        outputs: stack.outputs,
        request,
        secrets,
        wanted: values,
        pollMs,
      });
    });
  },
});
