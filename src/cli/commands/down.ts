/** `latency-lab down`: takes a deployed stack away. */
import { createInterface } from 'node:readline/promises';
import { InputError, messageOf } from '../../core/errors.ts';
import { idleCosts } from '../../core/cost/idle.ts';
import { defaultPrices } from '../../core/cost/prices.ts';
import { list } from '../../core/report/format.ts';
import type { StackResource } from '../aws/resources.ts';
import type { DeployedStack } from '../aws/stack.ts';

import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { text, toggle } from '../options.ts';
import { stage } from '../terminal.ts';
import { plural } from '../../core/report/format.ts';

/**
 * The answer must be the word itself: a bare `y` is typed too easily.
 * @throws InputError where there is no terminal to ask on
 */
const confirm = async ({ signal }: Context, word: string): Promise<boolean> => {
  if (!process.stdin.isTTY) {
    throw new InputError(
      '--yes',
      undefined,
      'given, since there is no terminal to ask on',
      'Nothing was deleted.',
    );
  }
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await readline.question(`Type ${word} to go on: `, { signal })).trim() === word;
  } finally {
    readline.close();
  }
};

interface Doomed {
  readonly stack: DeployedStack;
  readonly resources: readonly StackResource[];
}

const saySavings = async ({ terminal, env }: Context, { stack, resources }: Doomed): Promise<void> => {
  const { registeredTargets } = await import('../aws/stack.ts');
  const targets = await registeredTargets(stack.parameters['LabName'] ?? 'default').catch(
    (error: unknown) => {
      terminal.say(`  Without what keeps functions ready, which is not known: ${messageOf(error)}`);
      return [];
    },
  );
  const prices = defaultPrices(env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']);
  const costs = idleCosts(
    resources.map(({ type }) => type),
    prices,
    targets,
  );
  const total = costs.reduce((sum, { dollarsPerMonth }) => sum + dollarsPerMonth, 0);
  for (const { type, count, dollarsPerMonth } of costs) {
    terminal.say(`  ${type} x ${count}: $${dollarsPerMonth.toFixed(2)} a month`);
  }
  terminal.say(
    total === 0
      ? 'It saves next to nothing while nobody sends requests: nothing in it is paid by the hour.'
      : `It saves about $${total.toFixed(2)} a month (list prices of ${prices.region}, ${prices.date}; requests and storage left out).`,
  );
};

const takeDown = async (context: Context, { stack, resources }: Doomed): Promise<void> => {
  const { bucketsOf } = await import('../aws/resources.ts');
  const { deleteStack, stopExecutions } = await import('../aws/teardown.ts');
  const { terminal, signal } = context;
  const { name, outputs } = stack;
  await stage(terminal, { doing: `Deleting ${name}`, done: () => `Deleted ${name}` }, async (detail) => {
    const stopped = await stopExecutions(outputs['StateMachineArn'] ?? '');
    if (stopped > 0) terminal.say(`Stopped ${plural(stopped, 'run')} that had not ended.`);
    detail(plural(resources.length, 'resource'));
    await deleteStack(name, bucketsOf(resources, false), signal);
  });
};

const purge = async ({ terminal }: Context, buckets: readonly string[]): Promise<void> => {
  const { deleteBucket } = await import('../aws/teardown.ts');
  for (const bucket of buckets)
    await stage(
      terminal,
      {
        doing: `Deleting ${bucket}`,
        done: (count: number) => `Deleted ${bucket} with ${plural(count, 'object')}`,
      },
      () => deleteBucket(bucket),
    );
};

const refused = ({ terminal }: Context): number => {
  terminal.say('Nothing was deleted.');
  return 1;
};

/** Of a stack that is gone: the buckets that outlived it. */
const downAgain = async (context: Context, name: string, yes: boolean): Promise<number> => {
  const [{ describeStack }, { bucketsLeftBy }] = await Promise.all([
    import('../aws/stack.ts'),
    import('../aws/resources.ts'),
  ]);
  const left = await bucketsLeftBy(name);
  // Neither the stack nor anything of it: the name is wrong.
  if (left.length === 0) await describeStack(name);
  context.terminal.say(`${name} is deleted already; it left ${list(left)}.`);
  if (!yes && !(await confirm(context, name))) return refused(context);
  await purge(context, left);
  return 0;
};

export const down = defineCommand({
  name: 'down',
  summary: 'Deletes a deployed stack and says what that saves per month; asks before.',
  details: [
    'Stops runs that have not ended. The bucket with the results stays, unless you ask for it to go with --purge, now or later. Only a stack that says that it is a lab is deleted. Stopped by Ctrl-C, the deletion goes on in CloudFormation.',
  ],
  examples: ['latency-lab down', 'latency-lab down --stack latency-lab --purge'],
  options: {
    stack: text('--stack <NAME>', 'the deployed root stack; default latency-lab'),
    purge: toggle('--purge', 'delete the bucket with all results as well'),
    yes: toggle('--yes', 'do not ask'),
  },
  run: async (values, _, context) => {
    const { terminal } = context;
    const { describeStack, findStack, requireLab } = await import('../aws/stack.ts');
    const { bucketsOf, stackResources } = await import('../aws/resources.ts');
    const name = values.stack ?? 'latency-lab';
    if (values.purge && (await findStack(name)) === undefined)
      return downAgain(context, name, values.yes === true);
    const stack = await describeStack(name);
    requireLab(stack);
    const resources = await stackResources(name);
    const kept = bucketsOf(resources, true);
    terminal.say(`${name} has ${plural(resources.length, 'resource')}.`);
    await saySavings(context, { stack, resources });
    if (kept.length > 0)
      terminal.say(
        values.purge ? `All results in ${list(kept)} go as well.` : `The results in ${list(kept)} stay.`,
      );
    if (!values.yes && !(await confirm(context, name))) return refused(context);
    await takeDown(context, { stack, resources });
    if (values.purge) await purge(context, kept);
    return 0;
  },
});
