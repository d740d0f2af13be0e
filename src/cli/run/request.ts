/** The options that say what load a target gets, the same for every command that measures, and the input they make. */
import { strategies } from '../../core/schema/tuning.ts';
import { randomBytes } from 'node:crypto';
import { known } from '../../core/known.ts';
import { InputError } from '../../core/errors.ts';
import {
  type LeftOut,
  type RunRequest,
  parseRunRequest,
  type CheckedRequest,
} from '../../core/schema/request.ts';
import type { Prices } from '../../core/cost/prices.ts';
import type { Target } from '../../core/schema/target.ts';
import { roundsForVerdict } from '../../core/stats/verdict.ts';
import { profileOf } from './profile.ts';
import { duration, milliseconds, number, percent, text, toggle, type Values } from '../options.ts';

export const loadOptions = {
  requests: number('--requests <N>', 'measured requests per target and round, 1 to 1,000,000; default 150'),
  concurrency: number(
    '--concurrency <N>',
    'connections that send at the same time, 1 to 1,000; default 1: N in succession',
  ),
  rate: number(
    '--rate <PER_SECOND>',
    'send at planned times instead, up to 5,000 per second; needs --duration',
  ),
  duration: duration(
    '--duration <TIME>',
    'how long to send at that rate in each round: 30, 30s, 5m, up to 12h',
  ),
  profile: text(
    '--profile <SHAPE>',
    'a rate that changes: ramp:10-200 over --duration, steps:50x10s,100x10s, or spike:500x5s in the middle of --rate and --duration',
  ),
  poisson: toggle('--poisson', 'send at random times of that rate, a Poisson process made of --seed'),
  freshConnections: toggle(
    '--fresh-connections',
    'open a connection for each request (DNS, TCP, TLS) instead of keeping them',
  ),
  warmup: number('--warmup <N>', 'requests sent first and left out of every figure; default 10'),
  timeout: duration('--timeout <TIME>', 'how long an answer may take, up to 60s; default 10s'),
  rounds: number('--rounds <N>', 'rounds, each with the targets in another order, 1 to 50; default 10'),
  quick: toggle(
    '--quick',
    'the load alone, in 5 rounds: no forced cold starts, no tuning of memory, no reading of logs',
  ),
  coldStarts: text(
    '--cold-starts <N>',
    'cold starts to force on a copy of each function, 0 to 100, or off; 10 by default, from 30 on with intervals; and one burst of 4',
  ),
  tune: text(
    '--tune <FOR>',
    'what to tune the memory of each function for: cost, speed or balanced, or off; default balanced',
  ),
  seed: number('--seed <N>', 'seed of that order and of --poisson, so that a run can be repeated; default 1'),
};

/** What is good enough, at which traffic: who does it for the least is what the report says first. */
export const goalOptions = {
  goalRate: number(
    '--goal-rate <PER_SECOND>',
    'the traffic that the report recommends for; default 1 per second',
  ),
  goalP99: milliseconds(
    '--goal-p99 <TIME>',
    'the most that 99 of 100 requests may take at that traffic, cold ones among them',
  ),
  goalCold: percent('--goal-cold <PERCENT>', 'the most of the requests that may be cold at that traffic'),
};

/** Thresholds: the execution fails where a target crosses one, and so does the command. */
const limitOptions = {
  maxP50: milliseconds(
    '--max-p50 <TIME>',
    'the most that the median of all planned requests of a target may be: 20, 20ms, 1s',
  ),
  maxP99: milliseconds(
    '--max-p99 <TIME>',
    'the most that the 99th percentile of all planned requests may be',
  ),
  maxFailed: percent(
    '--max-failed <PERCENT>',
    "the most of a target's planned requests that may fail; default 1%",
  ),
};

/** Where a command that measures puts its results, and how it tells them. */
export const resultOptions = {
  out: text('--out <DIR>', 'where the results go; default reports/<run>'),
  overwrite: toggle('--overwrite', 'replace results of another run that are in --out'),
  ...limitOptions,
  prices: text('--prices <FILE>', 'a price file for the dollars in the report; see: latency-lab help prices'),
  json: toggle('--json', 'print the report as JSON in place of its table'),
};

export type ResultValues = Values<typeof resultOptions>;

const flagOfField: Readonly<Record<string, string>> = {
  requests: '--requests',
  concurrency: '--concurrency',
  rate: '--rate',
  durationSeconds: '--duration',
  profile: '--profile',
  poissonSeed: '--poisson',
  connection: '--fresh-connections',
  warmup: '--warmup',
  timeoutMs: '--timeout (in milliseconds)',
  rounds: '--rounds',
  coldStarts: '--cold-starts',
  tuning: '--tune',
  seed: '--seed',
  runId: '--run-id',
  budgetDollars: '--budget',
  'cost.requestsPerSecond': '--goal-rate',
  'limits.p50Ms': '--max-p50',
  'limits.p99Ms': '--max-p99',
  maxFailed: '--max-failed',
  'goal.p99Ms': '--goal-p99',
  'goal.coldShare': '--goal-cold',
};

const whenInFlags: Readonly<Record<string, string>> = {
  'in the open model': 'with --rate',
  'in the closed model': 'without --rate',
  'with a profile': 'with --profile',
};

/** The core's list of a load model's fields, as the flags that go together. */
const asFlags = (words: string): string =>
  words.replace(
    /^(in the open model|in the closed model|with a profile) the fields (.*)$/,
    (_, when, fields) => {
      const flags = String(fields)
        .split(', ')
        .flatMap((field) => flagOfField[field]?.replace(/ .*/, '') ?? []);
      return `${whenInFlags[String(when)] ?? ''} the flags ${flags.join(', ')}`;
    },
  );

/** What a message of the core says of fields, said of flags. */
const inFlags = (words: string): string =>
  Object.entries(flagOfField).reduce(
    (text, [field, flag]) =>
      /[A-Z]/.test(field) ? text.replaceAll(new RegExp(`\\b${field}\\b`, 'g'), flag) : text,
    asFlags(words),
  );

/** Runs a check of the core and tells its input errors under the flags' names. */
export const underFlagNames = <T>(check: () => T): T => {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const flag =
      flagOfField[error.field.replace('load.', '').replace(/\[.*|(?<=^(coldStarts|tuning))\..*/, '')];
    const { field, given, allowed, hint } = error;
    throw new InputError(
      flag ?? field,
      given,
      inFlags(allowed),
      hint === undefined ? undefined : inFlags(hint),
    );
  }
};

/** What the command adds to the load. */
export interface RunParts {
  readonly runId: string;
  readonly targets?: readonly string[];
  readonly extraTargets?: readonly Target[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly leftOut?: readonly LeftOut[];
  /** Where nothing is billed, it says so. */
  readonly budgetDollars?: RunRequest['budgetDollars'];
  /** In place of the prices that come with the lab. */
  readonly prices?: Prices | undefined;
}

const coldStartsOf = (given: string | undefined): RunRequest['coldStarts'] => {
  if (given === undefined) return undefined;
  if (given === 'off') return false;
  if (!/^\d+$/.test(given))
    throw new InputError('--cold-starts', given, 'a whole number from 0 to 100, or off');
  return { perTarget: Number(given) };
};

/** @throws InputError naming the flag */
const tuningOf = (given: string | undefined): RunRequest['tuning'] => {
  if (given === undefined) return undefined;
  if (given === 'off') return false;
  const strategy = strategies.find((one) => one === given);
  if (strategy === undefined) throw new InputError('--tune', given, `${strategies.join(', ')}, or off`);
  return { strategy };
};

/** As many as a verdict takes. */
const quickRounds = roundsForVerdict;

/** What is done beside the load. @throws InputError naming the flag */
const measuredBeside = ({
  quick,
  coldStarts,
  tune,
}: Values<typeof loadOptions>): Pick<RunRequest, 'coldStarts' | 'tuning' | 'logs'> => {
  if (quick !== true) return known({ coldStarts: coldStartsOf(coldStarts), tuning: tuningOf(tune) });
  if (coldStarts !== undefined)
    throw new InputError('--cold-starts', coldStarts, 'nothing, since --quick leaves cold starts out');
  if (tune !== undefined) throw new InputError('--tune', tune, 'nothing, since --quick leaves tuning out');
  return { coldStarts: false, tuning: false, logs: false };
};

/** The execution's input as the state machine will read it. */
export const runRequest = (
  values: Values<typeof loadOptions & typeof goalOptions & typeof limitOptions>,
  parts: RunParts,
): RunRequest => {
  const { requests, concurrency, rate, duration: durationSeconds, warmup, timeout, rounds, seed } = values;
  const timeoutMs = timeout === undefined ? undefined : Math.round(timeout * 1000);
  const times =
    values.profile === undefined
      ? { rate, durationSeconds }
      : profileOf(values.profile, rate, durationSeconds);
  const poissonSeed = values.poisson === true ? (seed ?? 1) : undefined;
  const connection = values.freshConnections === true ? 'fresh' : undefined;
  const load = known({ requests, concurrency, ...times, poissonSeed, connection, warmup, timeoutMs });
  const { extraTargets = [], prices, ...rest } = parts;
  const cost = known({ prices, requestsPerSecond: values.goalRate });
  const goal = known({ p99Ms: values.goalP99, coldShare: values.goalCold });
  const limits = known({ p50Ms: values.maxP50, p99Ms: values.maxP99 });
  return {
    ...rest,
    ...(extraTargets.length === 0 ? {} : { extraTargets }),
    ...known({ rounds: rounds ?? (values.quick === true ? quickRounds : undefined), seed }),
    ...measuredBeside(values),
    ...(Object.keys(cost).length === 0 ? {} : { cost }),
    ...(Object.keys(goal).length === 0 ? {} : { goal }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...known({ maxFailed: values.maxFailed }),
    load,
  };
};

/** Checks by the state machine's own rules, before anything is built or sent. @throws InputError naming the flag */
export const checkRequest = (request: RunRequest): CheckedRequest =>
  underFlagNames(() => parseRunRequest({ request, executionName: request.runId ?? 'run' }));

/** `local-20261121-082650-5f3a9c`: sorts by time (UTC), fits a run id and an execution's name, and no two are alike. */
export const newRunId = (prefix: string, at: Date): string => {
  const [date = '', time = ''] = at.toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  return `${prefix}-${date}-${time}-${randomBytes(3).toString('hex')}`;
};
