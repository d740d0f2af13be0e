/** `latency-lab cost`: dollars, from a report or from assumptions alone. */
import { Argument } from 'commander';
import { defaultPrices, type Prices, pricesOf } from '../../core/cost/prices.ts';
import { shapes } from '../../core/cost/traffic.ts';
import { InputError } from '../../core/errors.ts';
import { known } from '../../core/known.ts';
import { type Billable, type Costs, costsOf } from '../../core/report/cost.ts';
import { formatDollars, formatNumber, formatTick } from '../../core/report/format.ts';
import { crossingSentences } from '../../core/report/view-cost.ts';
import { costRequest } from '../../core/schema/cost.ts';
import { read } from '../../core/schema/fields.ts';
import type { Architecture } from '../../core/schema/manifest.ts';
import type { TargetCost } from '../../core/schema/report-cost.ts';
import { memoryMb } from '../../core/schema/target.ts';
import { readManifest } from '../../local/deploy/build.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { choice, list, number, percent, text, toggle, type Values } from '../options.ts';
import { readPrices } from '../price-file.ts';
import { readReportFile } from '../report-file.ts';
import { table } from '../text.ts';

const options = {
  architecture: list(
    '--architecture <A,B>',
    'these architectures, without a report (see: latency-lab targets)',
  ),
  billedMs: number('--billed-ms <MS>', 'milliseconds that an invocation is billed for, cold ones included'),
  memory: number('--memory <MB>', 'of the function, 128 to 10,240; default 512'),
  cpu: choice('--cpu <KIND>', ['x86_64', 'arm64'], 'of the function; default x86_64'),
  coldShare: percent('--cold-share <PERCENT>', 'of the requests that start a process; with --snap-start'),
  provisioned: number('--provisioned <N>', 'processes kept ready all month'),
  snapStart: toggle('--snap-start', 'a snapshot is kept, and restored for each cold start'),
  logBytes: number('--log-bytes <N>', 'that an invocation logs; default 300'),
  capacity: number('--capacity <PER_SECOND>', 'requests that one server takes; default 300'),
  rate: number('--rate <PER_SECOND>', 'requests per second, the mean over the month; default 1'),
  shape: choice(
    '--shape <SHAPE>',
    shapes,
    'steady, daily wave or bursts: how many servers the peak takes; default steady',
  ),
  freeTier: toggle('--free-tier', 'with what AWS gives for nothing every month'),
  region: text(
    '--region <REGION>',
    'whose prices; default that of AWS_REGION where there are some, else us-east-1',
  ),
  prices: text('--prices <FILE>', 'a price file, in place of those that come with the lab'),
  json: toggle('--json', 'print everything as JSON'),
};

type CostValues = Values<typeof options>;

const atLeast = (least: number, value: number | undefined, flag: string): number | undefined => {
  if (value === undefined || value >= least) return value;
  throw new InputError(flag, value, `a number, ${least} or more`);
};

const pricesFor = async (values: CostValues, { env }: Context): Promise<Prices> => {
  const own = await readPrices(values.prices);
  if (own !== undefined && values.region !== undefined)
    throw new InputError('--region', values.region, 'nothing beside --prices, whose file names its region');
  if (own !== undefined) return own;
  return values.region === undefined
    ? defaultPrices(env['AWS_REGION'])
    : pricesOf(values.region, undefined, '--region');
};

/** What the flags say of the function or the server, over what is known of it. */
const assumed = (values: CostValues) =>
  known({
    billedMs: atLeast(0, values.billedMs, '--billed-ms'),
    cpuArchitecture: values.cpu,
    coldShare: values.coldShare,
    provisionedConcurrency: atLeast(0, values.provisioned, '--provisioned'),
    snapStart: values.snapStart,
    logBytesPerRequest: atLeast(0, values.logBytes, '--log-bytes'),
    capacityPerSecond: atLeast(0.001, values.capacity, '--capacity'),
    ...(values.memory === undefined ? {} : { memoryMb: read(memoryMb, values.memory, '--memory') }),
  });

const aFunction = ({ billing = {} }: Pick<Architecture, 'billing'>): boolean =>
  billing['instanceType'] === undefined && billing['fargateVcpu'] === undefined;

/** Of architectures, or of a function behind an HTTP API where none is named. @throws InputError without a duration */
const fromAssumptions = (
  values: CostValues,
  architectures: readonly Architecture[],
): Map<string, Billable> => {
  const named = values.architecture ?? [];
  const unknown = named.find((id) => !architectures.some((row) => row.id === id));
  if (unknown !== undefined)
    throw new InputError('--architecture', unknown, architectures.map(({ id }) => id).join(', '));
  const rows: readonly Pick<Architecture, 'id' | 'billing'>[] =
    named.length > 0
      ? architectures.filter(({ id }) => named.includes(id))
      : [{ id: 'function', billing: { httpApiRequests: 1 } }];
  if (values.billedMs === undefined && rows.some(aFunction))
    throw new InputError('--billed-ms', undefined, 'milliseconds, for functions', 'Or name a report');
  const more = { memoryMb: 512, ...assumed(values) };
  return new Map(
    rows.map(({ id, billing = {} }) => {
      const own = aFunction({ billing }) ? more : known({ capacityPerSecond: more.capacityPerSecond });
      const basis = aFunction({ billing }) ? 'assumed' : 'servers, by the month';
      return [id, { service: { billing, ...own }, basis }];
    }),
  );
};

/** @throws InputError where the report has no quantities */
const fromReport = async (
  file: string,
  values: CostValues,
  { root }: Context,
): Promise<Map<string, Billable>> => {
  const { targets } = await readReportFile(file, root);
  const priced = targets.flatMap(({ id, cost }) => (cost === undefined ? [] : [{ id, cost }]));
  if (priced.length === 0)
    throw new InputError(
      'REPORT',
      file,
      'a report whose targets have a cost',
      'Those of older versions have none',
    );
  const more = assumed(values);
  return new Map(
    priced.map(({ id, cost: { service, basis } }) => {
      const isFunction = service.memoryMb !== undefined;
      const own = isFunction ? more : known({ capacityPerSecond: more.capacityPerSecond });
      const told = isFunction && Object.keys(own).length > 0 ? `${basis}; with what the flags say` : basis;
      return [id, { service: { ...service, ...own }, basis: told }];
    }),
  );
};

const overview = ({ targets, cost }: Costs): string =>
  table(
    [
      'target',
      ...cost.rates.map((rate) => `$/month at ${formatTick(rate)}/s`),
      `$/million at ${formatTick(cost.requestsPerSecond)}/s`,
      'billed ms',
      'duration',
    ].map((title, i) => ({ title, align: i === 0 || title === 'duration' ? 'left' : 'right' })),
    [...targets].map(([id, one]) => [
      id,
      ...one.atRates.map(({ dollarsPerMonth }) => formatDollars(dollarsPerMonth)),
      formatDollars(one.dollarsPerMillion),
      one.service.billedMs === undefined ? '-' : formatNumber(one.service.billedMs),
      one.basis,
    ]),
  );

const itemised = (id: string, { items, omitted }: TargetCost, rate: number): string => {
  const rows = [...items].sort((a, b) => b.dollars - a.dollars);
  const heads = ['what', 'quantity', 'unit', '$ each', '$', 'seen', 'price from'];
  const lines = table(
    heads.map((title) => ({ title, align: ['quantity', '$ each', '$'].includes(title) ? 'right' : 'left' })),
    rows.map(({ what, quantity, unit, unitPrice, dollars, date, source }) => [
      ...[what, formatNumber(quantity), unit, String(Number(unitPrice.toPrecision(6)))],
      ...[formatDollars(dollars), date, source],
    ]),
  );
  const left = omitted.map((sentence) => `Left out: ${sentence}.\n`).join('');
  return `\n${id}: a month at ${formatTick(rate)}/s\n\n${lines}${left}`;
};

const printAll = ({ print, terminal }: Context, costs: Costs): void => {
  const { cost, targets } = costs;
  print(overview(costs));
  for (const [id, one] of targets) print(itemised(id, one, cost.requestsPerSecond));
  if (targets.size > 1) print(`\n${crossingSentences(cost).join('\n')}\n`);
  const free = cost.freeTier ? 'with' : 'without';
  terminal.say(
    `List prices of ${cost.region}, ${cost.priceDate}, ${free} free tier, taxes left out; ${cost.shape} traffic.`,
  );
};

export const cost = defineCommand({
  name: 'cost',
  summary: 'Tells what architectures cost, from a report or from assumptions alone.',
  details: [
    'Itemises a month at some traffic: gateway, function, database, servers, logs, data out; says what that is per million requests, and from which rate on one is cheaper than another.',
    'From a report it takes what was measured, and flags replace parts of that. Without one, --billed-ms says how long an invocation is billed for; without --architecture it is a function behind an HTTP API.',
  ],
  examples: [
    'latency-lab cost reports/local-20261121-090000 --rate 5',
    'latency-lab cost --architecture python-dynamodb,fastapi-ec2 --billed-ms 12',
    'latency-lab cost --billed-ms 40 --memory 1769 --rate 20 --shape bursty --region eu-west-2',
  ],
  arguments: [new Argument('[REPORT]', 'a report.json of a run, or the directory it is in')],
  options,
  run: async (values, [file], context) => {
    const {
      requestsPerSecond,
      shape = 'steady',
      freeTier,
    } = read(
      costRequest,
      known({ requestsPerSecond: values.rate, shape: values.shape, freeTier: values.freeTier }),
      '--rate',
      '--rate',
    );
    const prices = await pricesFor(values, context);
    if (file !== undefined && values.architecture !== undefined)
      throw new InputError('--architecture', values.architecture.join(','), 'nothing beside a report');
    const billables =
      file === undefined
        ? fromAssumptions(values, (await readManifest(context.root)).architectures)
        : await fromReport(file, values, context);
    const costs = costsOf(billables, { prices, shape, freeTier }, requestsPerSecond);
    if (values.json)
      context.print(
        `${JSON.stringify({ ...costs.cost, targets: Object.fromEntries(costs.targets) }, null, 2)}\n`,
      );
    else printAll(context, costs);
    return 0;
  },
});
