/** `latency-lab targets`: what can be measured, and whether one keeps the contract. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { httpConnection } from '../../adapters/http/client.ts';
import { systemClock } from '../../adapters/system.ts';
import { conform, sendableVectors } from '../../app/conform.ts';
import type { ContractVector } from '../../core/verify/contract.ts';
import type { Architecture } from '../../core/schema/manifest.ts';
import { asHttpUrl } from '../../core/schema/target.ts';
import { readManifest } from '../../local/deploy/build.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { choice, text, toggle } from '../options.ts';
import { plural } from '../../core/report/format.ts';
import { table } from '../text.ts';

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

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const listRegistered = async (lab: string, json: boolean, { print }: Context): Promise<number> => {
  const { registeredTargets } = await import('../aws/stack.ts');
  const targets = await registeredTargets(lab);
  const rows = targets.map(({ id, kind, url, functionArn, memoryMb }) => [
    id,
    kind,
    memoryMb === undefined ? '-' : String(memoryMb),
    url ?? functionArn ?? '-',
  ]);
  const columns = ['id', 'kind', 'memory MB', 'address'].map((title) => ({ title, align: 'left' }) as const);
  print(json ? asJson(targets) : table(columns, rows));
  return targets.length > 0 ? 0 : 1;
};

const commonFile = 'common.json';

/** The vectors of events/contract, and the headers that every answer has. */
const readContract = async (root: string) => {
  const folder = join(root, 'events', 'contract');
  const read = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, file), 'utf8'));
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.json') && file !== commonFile)
    .sort();
  const vectors = (await Promise.all(files.map(read))) as ContractVector[];
  return { vectors, common: ((await read(commonFile)) as { headers: Record<string, string> }).headers };
};

const conformOne = async (
  url: string,
  {
    kind = 'sync-counter',
    json,
  }: { readonly kind?: (typeof kinds)[number] | undefined; readonly json: boolean },
  context: Context,
): Promise<number> => {
  const { vectors, common } = await readContract(context.root);
  const baseUrl = asHttpUrl(url, '--conform').replace(/\/(hits)?$/, '');
  const deps = {
    httpConnection: (spec: Parameters<typeof httpConnection>[0]) =>
      httpConnection(spec, { clock: systemClock }),
    timeoutMs,
  };
  const results = await conform(deps, baseUrl, sendableVectors(vectors, kind), common);
  const { style } = context.terminal;
  if (json) context.print(asJson(results));
  else
    for (const { title, departures } of results) {
      context.print(`${departures.length === 0 ? 'ok     ' : 'departs'} ${title}\n`);
      for (const departure of departures) context.print(`          ${departure}\n`);
    }
  const departing = results.filter(({ departures }) => departures.length > 0).length;
  context.terminal.say(
    departing === 0
      ? style.green(`It keeps the contract: ${plural(results.length, 'vector')}.`)
      : style.red(`It departs from ${departing} of ${plural(results.length, 'vector')}.`),
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
  options: {
    lab: text('--lab <NAME>', "the deployed lab's LabName; credentials and region as for the AWS CLI"),
    conform: text('--conform <URL>', 'the address of a running service, with or without /hits'),
    kind: choice('--kind <KIND>', kinds, 'which contract; default sync-counter'),
    json: toggle('--json', 'print what is listed, or found, as JSON'),
  },
  run: async (values, _, context) => {
    const json = values.json === true;
    if (values.conform !== undefined) return conformOne(values.conform, { kind: values.kind, json }, context);
    if (values.lab !== undefined) return listRegistered(values.lab, json, context);
    const { architectures } = await readManifest(context.root);
    context.print(json ? asJson(architectures) : architectureTable(architectures));
    return 0;
  },
});
