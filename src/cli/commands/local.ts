/** `latency-lab local`: the whole lab on this machine. */
import { InputError } from '../../core/errors.ts';
import { workersOf } from '../../core/schedule/segments.ts';
import type { LoadProfile } from '../../core/schema/load.ts';
import type { Architecture } from '../../core/schema/manifest.ts';
import { readManifest } from '../../local/deploy/build.ts';
import { accountConcurrency } from '../../local/host-process.ts';
import { withoutFunctionHost } from '../../local/labels.ts';
import { read } from '../../core/schema/fields.ts';
import { memoryMb as memorySize } from '../../core/schema/target.ts';
import { defineCommand } from '../command.ts';
import { checkOnly, list, number, toggle } from '../options.ts';
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

const options = {
  only: list(
    '--only <A,B>',
    'only these targets (see: latency-lab targets); the null target always comes along',
  ),
  ...loadOptions,
  ...ownTargetOptions,
  memory: number(
    '--memory <MB>',
    'memory of every function, 128 to 10,240; its CPU share follows; default 512',
  ),
  ...goalOptions,
  ...resultOptions,
  keep: toggle('--keep', 'leave everything running afterwards until Ctrl-C, and print how to reach it'),
};

/** The null target is the floor of the others; by itself it compares nothing. */
const checkSomething = (
  only: readonly string[] | undefined,
  architectures: readonly Architecture[],
  own: readonly string[],
): void => {
  const others = architectures.filter(({ kind }) => kind !== 'null').map(({ id }) => id);
  if (only === undefined || own.length > 0 || only.some((id) => others.includes(id))) return;
  throw new InputError(
    '--only',
    only.join(','),
    others.join(', '),
    'null alone compares nothing. Or add a --target.',
  );
};

/** Generators and the functions that they call are throttled together, beyond what a new account on AWS gets. */
const checkConcurrency = (load: LoadProfile): void => {
  if (load.model !== 'closed' || workersOf(load) + load.concurrency <= accountConcurrency) return;
  const most = accountConcurrency - workersOf({ ...load, concurrency: accountConcurrency });
  throw new InputError(
    '--concurrency',
    load.concurrency,
    `a whole number from 1 to ${most} on this machine`,
    `At most ${accountConcurrency} functions run at the same time, as in a new AWS account, the generators among them`,
  );
};

export const local = defineCommand({
  name: 'local',
  summary: 'Compares the architectures on this machine, without an AWS account.',
  details: [
    'Builds the services, starts an AWS emulator and a function host on free ports of 127.0.0.1, deploys the same templates as on AWS, runs the same state machine and writes the same report. Everything is stopped afterwards.',
    'Local figures compare code, not clouds: network, storage and front ends of AWS are not modelled.',
  ],
  examples: [
    'latency-lab local',
    'latency-lab local --only node-dynamodb,python-dynamodb --requests 1000 --rounds 5',
    'latency-lab local --rate 50 --duration 30s --memory 1769',
    'latency-lab local --only null --target mine=http://127.0.0.1:8000/health',
  ],
  options,
  endsItself: true,
  run: async (values, _, context) => {
    const { architectures } = await readManifest(context.root);
    const runnable = architectures.filter((architecture) => architecture.local);
    checkOnly(
      values.only,
      runnable.map(({ id }) => id),
    );
    const memoryMb = read(memorySize, values.memory ?? 512, '--memory');
    const runId = newRunId('local', new Date());
    const prices = await readPrices(values.prices);
    const { load } = checkRequest(runRequest(values, { runId }));
    checkConcurrency(load);
    const own = ownTargets(values, {
      load,
      taken: architectures.map(({ id }) => id),
      vantage: withoutFunctionHost,
    });
    checkSomething(values.only, runnable, own.ids);
    return withOut({ given: values.out, runId, overwrite: values.overwrite === true }, async (out) => {
      // The AWS SDK takes longer to load than all checks of the input together.
      const { localRun } = await import('../local.ts');
      return localRun(context, {
        runId,
        out,
        memoryMb,
        keep: values.keep === true,
        wanted: values,
        ...(values.only === undefined ? {} : { only: values.only }),
        own,
        request: (parts) => runRequest(values, { runId, prices, budgetDollars: 'not billed', ...parts }),
      });
    });
  },
});
