/** `latency-lab canary`: a new version gets traffic only as long as it is measurably no worse than the one before. */
import { InputError } from '../../core/errors.ts';
import { type Injection, injections } from '../../core/rollout/injection.ts';
import { preferences, readPreference } from '../../core/rollout/preferences.ts';
import { number as inBounds, read } from '../../core/schema/fields.ts';
import { memoryMb as memorySize } from '../../core/schema/target.ts';
import { readManifest } from '../../local/deploy/build.ts';
import { defineCommand } from '../command.ts';
import {
  choice,
  duration,
  milliseconds,
  nearest,
  number,
  percent,
  text,
  toggle,
  type Values,
} from '../options.ts';
import { withOut } from '../run/out-dir.ts';
import { newRunId } from '../run/request.ts';

const localOptions = {
  inject: choice(
    '--inject <WHAT>',
    injections,
    'what is wrong with the second version: none, slow or errors; default none',
  ),
  slowBy: milliseconds('--slow-by <TIME>', 'with slow: how much later it answers; default 10ms'),
  errorShare: percent('--error-share <PERCENT>', 'with errors: how many invocations fail; default 2%'),
  injectAfter: duration(
    '--inject-after <DURATION>',
    'well until so long after a process’s first request, as what no test before traffic can find; default 0s',
  ),
  preference: text(
    '--preference <NAME>',
    'how weight shifts, as CodeDeploy names it; default Canary10Percent5Minutes',
  ),
  minute: duration(
    '--minute <DURATION>',
    'how long a minute of the rollout lasts here, 1s to 60s; default 3s',
  ),
  memory: number('--memory <MB>', 'memory of the function, 128 to 10,240; default 512'),
};

const options = {
  target: text('--target <ID>', 'the target whose function is rolled out (see: latency-lab targets)'),
  ...localOptions,
  stack: text('--stack <NAME>', 'on AWS: follow a rollout of this deployed stack'),
  deployment: text(
    '--deployment <ID>',
    'on AWS: the deployment to follow; default the one that is under way',
  ),
  undo: toggle('--undo', 'on AWS: stop the rollout, and see the alias go back to the version before'),
  rate: number(
    '--rate <N>',
    'requests per second of the client that looks on, 1 to 200; default 20, on AWS 5',
  ),
  out: text('--out <DIR>', 'where the page goes; default reports/<id of the rollout>'),
  overwrite: toggle('--overwrite', 'replace what another one left there'),
  json: toggle('--json', 'print the whole record as JSON on stdout'),
};

const injectionOf = (values: Values<typeof localOptions>): Injection => {
  const kind = values.inject ?? 'none';
  const given = { slow: values.slowBy, errors: values.errorShare, none: undefined };
  if (kind !== 'slow' && given.slow !== undefined)
    throw new InputError('--slow-by', given.slow, 'only together with --inject slow');
  if (kind !== 'errors' && given.errors !== undefined)
    throw new InputError('--error-share', given.errors, 'only together with --inject errors');
  return {
    kind,
    slowByMs: read(inBounds(1, 5_000), values.slowBy ?? 10, '--slow-by'),
    errorShare: read(inBounds(0.0001, 1), values.errorShare ?? 0.02, '--error-share'),
    afterSeconds: read(inBounds(0, 3_600), values.injectAfter ?? 0, '--inject-after'),
  };
};

/** Ids of architectures that are a function with an alias and run here. */
const checkTarget = async (given: string | undefined, root: string): Promise<string> => {
  const { architectures } = await readManifest(root);
  const known = architectures
    .filter(({ local, functions, kind }) => local && functions.length > 0 && kind === 'sync-counter')
    .filter(({ group }) => group !== 'server')
    .map(({ id }) => id);
  if (given !== undefined && known.includes(given)) return given;
  const near = nearest(given ?? '', known);
  throw new InputError(
    '--target',
    given ?? 'nothing',
    known.join(', '),
    near === undefined ? undefined : `Did you mean ${near}?`,
  );
};

const refuseTogether = (
  values: Readonly<Partial<Record<string, string | number | boolean>>>,
  names: readonly string[],
  why: string,
): void => {
  for (const name of names) {
    const option = options[name as keyof typeof options];
    if (values[name] !== undefined) throw new InputError(option.long ?? name, values[name], why);
  }
};

export const canary = defineCommand({
  name: 'canary',
  summary: 'Rolls a new version out step by step, and back when it is measurably worse.',
  details: [
    'Without --stack: on this machine, without an AWS account. Deploys one architecture, publishes a second version of its function, and shifts the weight of its alias as CodeDeploy does. The same hooks and alarms decide as on AWS.',
    'With --stack: follows a rollout that `sam deploy` or a pipeline has begun (GradualRollout=true). Nothing is changed unless --undo asks for it; a client asks the target for its canary counter.',
    'Exit code 0 when the new version was promoted, 1 when it was rolled back.',
  ],
  examples: [
    'latency-lab canary --target node-dynamodb --inject slow',
    'latency-lab canary --target node-dynamodb --inject errors --inject-after 60s',
    'latency-lab canary --target python-dynamodb --preference Linear10PercentEvery1Minute',
    'latency-lab canary --stack latency-lab --target node-dynamodb',
  ],
  options,
  endsItself: true,
  run: async (values, _, context) => {
    const isLocal = values.stack === undefined;
    if (isLocal) refuseTogether(values, ['deployment', 'undo'], 'only together with --stack');
    else
      refuseTogether(
        values,
        Object.keys(localOptions),
        'only without --stack: on AWS the deployment has its own',
      );
    const preference = readPreference(values.preference ?? preferences[1], '--preference');
    const injection = injectionOf(values);
    const minuteSeconds = read(inBounds(1, 60), values.minute ?? 3, '--minute');
    const memoryMb = read(memorySize, values.memory ?? 512, '--memory');
    const requestsPerSecond = read(inBounds(1, 200), values.rate ?? (isLocal ? 20 : 5), '--rate');
    const json = values.json === true;
    const runId = newRunId('canary', new Date());
    const wanted = { given: values.out, runId, overwrite: values.overwrite === true };
    if (values.stack !== undefined) {
      const { stack, deployment: deploymentId, target: targetId } = values;
      if (targetId === undefined)
        throw new InputError('--target', 'nothing', 'the id of a registered target');
      return withOut(wanted, async (out) => {
        const { deployedRollout } = await import('../canary/deployed.ts');
        const which = { stack, targetId, deploymentId, undo: values.undo === true };
        return deployedRollout(context, { ...which, out, requestsPerSecond, json });
      });
    }
    const targetId = await checkTarget(values.target, context.root);
    return withOut(wanted, async (out) => {
      // The AWS SDK takes longer to load than all checks of the input together.
      const { localRollout } = await import('../canary/local.ts');
      const load = { requestsPerSecond, minuteSeconds, memoryMb };
      return localRollout(context, { runId, out, targetId, preference, injection, json, ...load });
    });
  },
});
