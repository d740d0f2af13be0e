/** `latency-lab targets`: what can be measured, and whether one keeps the contract. */
import { httpLane } from '../../adapters/http/lane.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { conform, sendableVectors } from '../../app/conform.ts';
import type { Architecture } from '../../core/plan/manifest.ts';
import { asHttpUrl } from '../../core/schema/target.ts';
import { readManifest } from '../../local/deploy/build.ts';
import { choiceFlag, switchFlag, textFlag } from '../args/flags.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { readContract } from '../contract-files.ts';
import { table } from '../terminal/table.ts';
import { plural } from '../terminal/words.ts';

const timeoutMs = 10_000;
const kinds = ['sync-counter', 'null'] as const;

const architectureTable = (architectures: readonly Architecture[]): string =>
  table(
    ['id', 'what', 'kind', 'needs', 'runs locally'].map((title) => ({ title, align: 'left' })),
    architectures.map(({ id, title, kind, toolchains, local }) => [
      id,
      title,
      kind,
      toolchains.join(', '),
      local ? 'yes' : 'no',
    ]),
  );

const listRegistered = async (lab: string, { print }: Context): Promise<number> => {
  const { registeredTargets } = await import('../aws/registered.ts');
  const targets = await registeredTargets(lab);
  const rows = targets.map(({ id, kind, url, functionArn, memoryMb }) => [
    id,
    kind,
    memoryMb === undefined ? '-' : String(memoryMb),
    url ?? functionArn ?? '-',
  ]);
  print(
    table(
      ['id', 'kind', 'memory MB', 'address'].map((title) => ({ title, align: 'left' })),
      rows,
    ),
  );
  return targets.length > 0 ? 0 : 1;
};

const conformOne = async (url: string, kind: (typeof kinds)[number], context: Context): Promise<number> => {
  const { vectors, common } = await readContract(context.root);
  const baseUrl = asHttpUrl(url, '--conform').replace(/\/(hits)?$/, '');
  const deps = {
    httpLane: (spec: Parameters<typeof httpLane>[0]) => httpLane(spec, { clock: systemClock }),
    timeoutMs,
  };
  const results = await conform(deps, baseUrl, sendableVectors(vectors, kind), common);
  const { style } = context.terminal;
  for (const { title, departures } of results) {
    context.print(`${departures.length === 0 ? 'ok     ' : 'departs'} ${title}\n`);
    for (const departure of departures) context.print(`          ${departure}\n`);
  }
  const departing = results.filter(({ departures }) => departures.length > 0).length;
  context.terminal.say(
    departing === 0
      ? style.good(`It keeps the contract: ${plural(results.length, 'vector')}.`)
      : style.bad(`It departs from ${departing} of ${plural(results.length, 'vector')}.`),
  );
  return departing === 0 ? 0 : 1;
};

export const targets = defineCommand({
  name: 'targets',
  summary: 'Lists what can be measured; with --conform, checks that a running service keeps the contract.',
  details: [
    "Without flags it lists the architectures of this repository; with --lab, what is registered in a deployed lab. --conform sends the vectors of events/contract and shows every departure; its GET requests add to the service's count.",
  ],
  examples: [
    'latency-lab targets',
    'latency-lab targets --lab default',
    'latency-lab targets --conform http://127.0.0.1:8000/hits',
  ],
  flags: {
    lab: textFlag('NAME', "the deployed lab's LabName; credentials and region as for the AWS CLI"),
    conform: textFlag('URL', 'the address of a running service, with or without /hits'),
    kind: choiceFlag(kinds, 'which contract; default sync-counter'),
    json: switchFlag('print the architectures as JSON'),
  },
  run: async ({ values }, context) => {
    if (values.conform !== undefined)
      return conformOne(values.conform, values.kind ?? 'sync-counter', context);
    if (values.lab !== undefined) return listRegistered(values.lab, context);
    const { architectures } = await readManifest(context.root);
    context.print(
      values.json ? `${JSON.stringify(architectures, null, 2)}\n` : architectureTable(architectures),
    );
    return 0;
  },
});
