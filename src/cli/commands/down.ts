/** `latency-lab down`: takes a deployed stack away. */
import { createInterface } from 'node:readline/promises';
import { InputError } from '../../core/errors.ts';
import { idleCosts, idlePrices } from '../../core/plan/idle-cost.ts';
import type { StackResource } from '../aws/teardown.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { text, toggle } from '../options.ts';
import { stage } from '../terminal.ts';
import { plural } from '../text.ts';

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

const saySavings = ({ terminal }: Context, resources: readonly StackResource[]): void => {
  const costs = idleCosts(resources.map(({ type }) => type));
  const total = costs.reduce((sum, { dollarsPerMonth }) => sum + dollarsPerMonth, 0);
  for (const { type, count, dollarsPerMonth } of costs) {
    terminal.say(`  ${type} x ${count}: $${dollarsPerMonth.toFixed(2)} a month`);
  }
  terminal.say(
    total === 0
      ? 'It saves next to nothing while nobody sends requests: nothing in it is paid by the hour.'
      : `It saves about $${total.toFixed(2)} a month (${idlePrices.source}; requests and storage left out).`,
  );
};

const bucketsOf = (resources: readonly StackResource[]): readonly string[] =>
  resources.filter(({ type }) => type === 'AWS::S3::Bucket').map(({ physicalId }) => physicalId);

const takeDown = async (
  context: Context,
  stackName: string,
  resources: readonly StackResource[],
  results: string | undefined,
): Promise<void> => {
  const { terminal, signal } = context;
  const { deleteStack, emptyBucket } = await import('../aws/teardown.ts');
  await stage(
    terminal,
    { doing: `Deleting ${stackName}`, done: () => `Deleted ${stackName}` },
    async (detail) => {
      for (const bucket of bucketsOf(resources)) {
        if (bucket === results) continue;
        detail(`emptying ${bucket}`);
        await emptyBucket(bucket);
      }
      detail(plural(resources.length, 'resource'));
      await deleteStack(stackName, signal);
    },
  );
};

export const down = defineCommand({
  name: 'down',
  summary: 'Deletes a deployed stack and says what that saves per month; asks before.',
  details: [
    'The bucket with the results stays, unless you ask for it to go with --purge. Stopped by Ctrl-C, the deletion goes on in CloudFormation.',
  ],
  examples: ['latency-lab down', 'latency-lab down --stack latency-lab --purge'],
  options: {
    stack: text('--stack <NAME>', 'the deployed root stack; default latency-lab'),
    purge: toggle('--purge', 'delete the bucket with all results as well'),
    yes: toggle('--yes', 'do not ask'),
  },
  run: async (values, _, context) => {
    const { terminal } = context;
    const { describeStack } = await import('../aws/stack.ts');
    const { deleteBucket, stackResources } = await import('../aws/teardown.ts');
    const stack = await describeStack(values.stack ?? 'latency-lab');
    const results = stack.outputs['ResultsBucketName'];
    const resources = await stackResources(stack.name);
    terminal.say(`${stack.name} has ${plural(resources.length, 'resource')}.`);
    saySavings(context, resources);
    if (results !== undefined)
      terminal.say(
        values.purge ? `All results in ${results} go as well.` : `The results in ${results} stay.`,
      );
    if (!values.yes && !(await confirm(context, stack.name))) {
      terminal.say('Nothing was deleted.');
      return 1;
    }
    await takeDown(context, stack.name, resources, results);
    if (values.purge && results !== undefined) {
      await stage(
        terminal,
        {
          doing: `Deleting ${results}`,
          done: (count: number) => `Deleted ${results} with ${plural(count, 'object')}`,
        },
        () => deleteBucket(results),
      );
    }
    return 0;
  },
});
