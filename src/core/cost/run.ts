/** What a run itself costs: estimated from its plan before it starts, and counted from its report afterwards. */
import { sum } from 'd3-array';
import { InputError } from '../errors.ts';
import { formatDollars } from '../report/format.ts';
import { segmentCountOf, workersOf } from '../schedule/segments.ts';
import { type LoadProfile, openSends } from '../schema/load.ts';
import type { Plan } from '../schema/plan.ts';
import type { TargetReport } from '../schema/report.ts';
import type { Target } from '../schema/target.ts';
import { type Bill, type CostItem, priceLines } from './bill.ts';
import { gbSecondsOf, type Prices } from './prices.ts';
import { type Line, workLines } from './quantities.ts';

/** Requests to one target's function at one memory size. */
interface Work {
  readonly target: Target;
  readonly requests: number;
  readonly memoryMb?: number;
  /** Of a request. */
  readonly billedMs: number;
  /** Of the requests to `live`; a copy has no snapshot to restore. */
  readonly coldShare?: number;
  /** Invoked without its API. */
  readonly direct?: true;
}

/** All that a run does which AWS bills. */
interface RunWork {
  readonly works: readonly Work[];
  /** Invocations of generators and of trials, and for how long all of them together. */
  readonly generators: { readonly invocations: number; readonly seconds: number };
  readonly transitions: number;
}

/** What the estimate supposes, to be rather too high: an answer takes and bills this long. */
export const assumedRequestMs = 250;
/** Of a request that starts a process, and of a change of the configuration before it. */
const assumedColdMs = 1_000;
const assumedChangeMs = 5_000;
/** Of the requests to `live`, where each cold one has its price. */
const assumedColdShare = 0.1;
/** Verification of a counter sends some 60 requests. */
const verifyRequests = 100;
/** Plan, Verify of each target, Schedule, Report and the rest, together, at the generators' size. */
const ownSeconds = 120;
const fixedTransitions = 30;
/** MemorySize of the generators, templates/orchestrator/load.yaml. */
export const generatorMemoryMb = 1_769;
/** A generator writes an object every 5 s and a last one; each is read twice. */
const partSeconds = 5;
/** Queries of the log groups read each of their bytes so many times. */
const logQueries = 4;
const logBytes = 300;

const linesOfRun = ({ works, generators, transitions }: RunWork, prices: Prices): readonly Line[] => {
  const gb = { billedMs: 1_000, memoryMb: generatorMemoryMb };
  const parts = generators.invocations + generators.seconds / partSeconds;
  const logged = sum(works, ({ requests }) => requests) * logBytes;
  const targets = works.flatMap(({ target, requests, memoryMb = target.memoryMb, ...work }) => {
    const { billing = {}, cpuArchitecture, snapStart = false } = target;
    const { billedMs, direct, coldShare } = work;
    const isFunction = memoryMb !== undefined && target.functionArn !== undefined;
    const service = {
      billing: direct ? { ...billing, httpApiRequests: 0 } : billing,
      ...(cpuArchitecture === undefined ? {} : { cpuArchitecture }),
      ...(isFunction ? { memoryMb, billedMs } : {}),
      ...(coldShare === undefined ? {} : { snapStart, coldShare }),
    };
    return workLines(service, requests, prices).map((line) => ({
      ...line,
      what: `${target.id}: ${line.what}`,
    }));
  });
  return [
    ...targets,
    { what: 'Generators: requests', price: 'lambda.requests', quantity: generators.invocations },
    {
      what: 'Generators: duration',
      price: 'lambda.x86_64.gbSeconds',
      quantity: generators.seconds * gbSecondsOf(gb),
    },
    {
      what: "The lab's other functions",
      price: 'lambda.x86_64.gbSeconds',
      quantity: ownSeconds * gbSecondsOf(gb),
    },
    { what: 'Results: writes', price: 's3.puts', quantity: parts },
    { what: 'Results: reads', price: 's3.gets', quantity: 2 * parts },
    { what: 'State transitions', price: 'states.transitions', quantity: transitions },
    {
      what: 'Logs Insights',
      price: 'logs.insights.gb',
      quantity: (logged * logQueries) / 1024 ** 3,
    },
  ];
};

/** Without a free tier, which other work of the account may have used up. */
const priceRun = (work: RunWork, prices: Prices): Bill => {
  const priced = priceLines(linesOfRun(work, prices), prices, false);
  const requests = sum(work.works, (one) => one.requests);
  return { ...priced, dollarsPerMillion: requests === 0 ? 0 : (priced.dollars / requests) * 1e6 };
};

/** What the estimate reads of a plan; parts that are not in it cost nothing. */
type Planned = Pick<Plan, 'load' | 'rounds' | 'targets'> & {
  readonly coldStarts?:
    | false
    | {
        readonly perTarget: number;
        readonly bursts: number;
        readonly burstSize: number;
        readonly memoriesMb?: readonly number[];
      };
  readonly tuning?:
    | false
    | {
        readonly powerValues: readonly number[];
        readonly num: number;
        readonly confirmRounds: number;
        readonly confirmRequests: number;
      };
};

const sendsOf = (load: LoadProfile): number =>
  load.model === 'open' ? openSends(load) : load.requests + load.warmup;

const loadSeconds = (load: LoadProfile): number =>
  load.model === 'open'
    ? load.durationSeconds * workersOf(load)
    : ((sendsOf(load) * assumedRequestMs) / 1000 / load.concurrency) * workersOf(load);

/** Targets that have a copy of their function: the only ones with trials and a tuning. */
const copied = ({ targets }: Planned): readonly Target[] => targets.filter(({ copy }) => copy !== undefined);

const coldWork = (plan: Planned): RunWork => {
  const { coldStarts = false } = plan;
  if (coldStarts === false) return { works: [], generators: { invocations: 0, seconds: 0 }, transitions: 0 };
  const { perTarget, bursts, burstSize, memoriesMb } = coldStarts;
  const trials = perTarget + bursts;
  const works = copied(plan).flatMap((target) =>
    (memoriesMb ?? [target.memoryMb ?? 512]).map((memoryMb) => ({
      ...{ target, memoryMb, billedMs: assumedColdMs },
      requests: perTarget + bursts * burstSize,
    })),
  );
  const invocations = works.length * trials;
  const seconds = (invocations * (assumedChangeMs + assumedColdMs)) / 1000;
  return { works, generators: { invocations, seconds }, transitions: invocations };
};

const tuningWork = (plan: Planned): RunWork => {
  const { tuning = false } = plan;
  if (tuning === false) return { works: [], generators: { invocations: 0, seconds: 0 }, transitions: 0 };
  const { powerValues, num, confirmRounds, confirmRequests } = tuning;
  const targets = copied(plan).filter(({ kind }) => kind !== 'null');
  const works = targets.flatMap((target) => [
    ...powerValues.map((memoryMb) => ({
      ...{ target, memoryMb, requests: num, direct: true as const },
      // A smaller function has less of a vCPU.
      billedMs: assumedRequestMs * Math.max(1, (target.memoryMb ?? 512) / memoryMb),
    })),
    { target, requests: confirmRounds * 2 * (confirmRequests + 1), billedMs: assumedRequestMs },
  ]);
  const trials = targets.length * confirmRounds * 2;
  const invocations = trials + targets.length * (powerValues.length * 3 + 4);
  const sending = sum(works, ({ requests, billedMs }) => (requests * billedMs) / 1000);
  return {
    works,
    generators: { invocations, seconds: sending + (invocations * assumedChangeMs) / 1000 },
    // Power Tuning's own: 6 and 3 for each size (its README).
    transitions: targets.length * (6 + 3 * powerValues.length) + trials + targets.length * 3,
  };
};

const loadWork = ({ load, rounds, targets }: Planned): RunWork => {
  const cells = rounds * targets.length;
  const segments = cells * segmentCountOf(load, Infinity);
  const invocations = segments * workersOf(load);
  return {
    works: targets.map((target) => ({
      target,
      requests: rounds * sendsOf(load) + verifyRequests,
      billedMs: assumedRequestMs,
      coldShare: assumedColdShare,
    })),
    generators: { invocations, seconds: cells * loadSeconds(load) + invocations * 6 },
    transitions: fixedTransitions + targets.length + segments + invocations,
  };
};

/** Everything that a run does, part by part: whatever is added to a run is counted here. */
const allWork = (plan: Planned): RunWork => {
  const parts = [loadWork(plan), coldWork(plan), tuningWork(plan)];
  return {
    works: parts.flatMap(({ works }) => works),
    generators: {
      invocations: sum(parts, ({ generators }) => generators.invocations),
      seconds: sum(parts, ({ generators }) => generators.seconds),
    },
    transitions: sum(parts, ({ transitions }) => transitions),
  };
};

/** An upper estimate, on AWS: 250 ms an answer, 1 s a cold start, every object and transition counted. */
export const estimateRun = (plan: Planned, prices: Prices): Bill => priceRun(allWork(plan), prices);

const largest = 3;
const inWords = ({ what, dollars }: CostItem): string => `${what} ${formatDollars(dollars)}`;

/** @throws InputError naming the sum and its largest items, where the run may cost more than the budget */
export const requireBudget = (bill: Bill, budgetDollars: number): void => {
  if (bill.dollars <= budgetDollars) return;
  const most = [...bill.items].sort((a, b) => b.dollars - a.dollars).slice(0, largest);
  throw new InputError(
    'budgetDollars',
    budgetDollars,
    `at least ${formatDollars(bill.dollars)}, which this run may cost`,
    `Most of it: ${most.map(inWords).join(', ')}. Allow more, or ask for fewer requests, rounds or targets`,
  );
};

/** As clients saw it: what is measured has been warmed up, so it is rather too low. */
const coldShareOf = ({ service: { all, cold } }: Pick<TargetReport, 'service'>): number =>
  all === undefined ? 0 : (cold?.n ?? 0) / all.n;

/** What was really sent and how long generators really sent; the lab's own functions and transitions as estimated. */
export const costOfRun = (
  plan: Planned,
  reports: readonly TargetReport[],
  billedMsOf: (target: TargetReport) => number,
  prices: Prices,
): Bill => {
  const works = plan.targets.flatMap((target) =>
    reports
      .filter(({ targetId }) => targetId === target.id)
      .map((report) => ({
        target,
        requests: report.requests.sent + report.requests.warmup + (report.verification?.sent ?? 0),
        billedMs: billedMsOf(report),
        coldShare: coldShareOf(report),
      })),
  );
  const rounds = reports.flatMap((report) => report.rounds);
  const others = [coldWork(plan), tuningWork(plan)];
  const invocations = sum(rounds, ({ workers }) => workers.planned);
  return priceRun(
    {
      works: [...works, ...others.flatMap((other) => other.works)],
      generators: {
        invocations: invocations + sum(others, ({ generators }) => generators.invocations),
        seconds:
          sum(rounds, ({ seconds, workers }) => (seconds + 6) * workers.planned) +
          sum(others, ({ generators }) => generators.seconds),
      },
      transitions: loadWork(plan).transitions + sum(others, ({ transitions }) => transitions),
    },
    prices,
  );
};
