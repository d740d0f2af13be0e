/** Dollars of a report: what each target would cost at some traffic, where one overtakes another, and what the run cost. */
import { billOf } from '../cost/bill.ts';
import { requestedPrices } from '../cost/prices.ts';
import type { Service } from '../cost/quantities.ts';
import { costOfRun } from '../cost/run.ts';
import { breakEven, type Conditions, curveOf, logRates, type Priced } from '../cost/sweep.ts';
import { readyShare } from '../cost/traffic.ts';
import { known } from '../known.ts';
import type { Plan } from '../schema/plan.ts';
import type { ReportCost, TargetCost } from '../schema/report-cost.ts';
import type { TargetReport } from '../schema/report.ts';
import type { Target } from '../schema/target.ts';
import { coldShareAt } from './expectation.ts';
import { formatCount, formatShare } from './format.ts';

/** Requests per second: 260,000, 2.6 million and 26 million a month. */
const rates = [0.1, 1, 10] as const;
/** Where nobody says for which traffic, requests per second. */
export const usualRate = 1;
const sweepSteps = 6;

interface Billed {
  readonly basis: string;
  readonly billedMs?: number;
}

/** All answers' mean service time: with network and gateway in it, it is more than what is billed. */
const clientMeanMs = ({ service }: TargetReport): number | undefined => {
  const { all, cold, warm } = service;
  return (all ?? warm ?? cold)?.meanMs;
};

/** The best there is: the platform's own lines, the tuner's averages, or the client's times. */
const billedOf = (target: TargetReport, coldShare: number): Billed => {
  const { logs, tuning, memoryMb } = target;
  const live = logs?.live;
  if (live?.billedMs !== undefined) {
    const { mean: all, warmMean = all, coldMean = warmMean } = live.billedMs;
    return {
      billedMs: warmMean * (1 - coldShare) + coldMean * coldShare,
      basis: `billed by the logs: ${formatCount(live.requests)} REPORT lines, ${formatCount(live.coldStarts)} of them cold, mixed as to be expected: ${formatShare(coldShare)} cold`,
    };
  }
  const size = tuning?.sizes.find((one) => one.memoryMb === memoryMb);
  if (size !== undefined)
    return {
      billedMs: size.averageMs + 0.5,
      basis: 'durations of tuning, warm, with half a millisecond for rounding up',
    };
  const mean = clientMeanMs(target);
  if (mean === undefined) return { basis: 'nothing was answered, so its duration is left out' };
  return {
    billedMs: mean + 1,
    basis: 'client times as an upper bound: the mean of all answers, and a millisecond for rounding up',
  };
};

export interface Billable {
  readonly service: Service;
  readonly basis: string;
}

/** Undefined where nothing is known of what the target takes of AWS. */
const billableOf = (
  report: TargetReport,
  target: Target,
  requestsPerSecond: number,
): Billable | undefined => {
  const { billing, functionArn, cpuArchitecture, provisionedConcurrency, snapStart } = target;
  const { memoryMb } = report;
  const isFunction = functionArn !== undefined && memoryMb !== undefined;
  if (billing === undefined && !isFunction) return undefined;
  if (!isFunction) return { service: { billing: billing ?? {} }, basis: 'servers, by the month' };
  const busy = (requestsPerSecond * (report.service.warm?.meanMs ?? 0)) / 1000;
  // No request that finds a ready process is cold.
  const coldShare = Math.min(
    coldShareAt(report, requestsPerSecond),
    1 - readyShare(provisionedConcurrency ?? 0, busy),
  );
  const { billedMs, basis } = billedOf(report, coldShare);
  const live = report.logs?.live;
  const service = known({
    ...{ billing: billing ?? {}, memoryMb, cpuArchitecture, billedMs, coldShare },
    ...{ logBytesPerRequest: live?.logBytesPerRequest, provisionedConcurrency, snapStart },
  });
  return { service, basis };
};

const targetCostOf = (
  { service, basis }: Billable,
  conditions: Conditions,
  requestsPerSecond: number,
  shown: readonly number[],
): TargetCost => {
  const { prices, shape, freeTier } = conditions;
  const bill = billOf(service, { requestsPerSecond, shape }, prices, freeTier);
  const one = { id: '', service };
  return {
    ...{ basis, service, items: bill.items, omitted: bill.omitted },
    dollarsPerMillion: bill.dollarsPerMillion,
    dollarsPerMonth: bill.dollars,
    atRates: curveOf(one, shown, conditions),
    sweep: curveOf(one, logRates(sweepSteps), conditions),
  };
};

export interface Costs {
  readonly targets: ReadonlyMap<string, TargetCost>;
  readonly cost: Omit<ReportCost, 'run'>;
}

/** What services cost at some traffic and along the rates, and where one overtakes another. */
export const costsOf = (
  billables: ReadonlyMap<string, Billable>,
  conditions: Conditions,
  requestsPerSecond = usualRate,
): Costs => {
  const { prices, shape, freeTier } = conditions;
  const shown = [...new Set([...rates, requestsPerSecond])].sort((a, b) => a - b);
  const priced: Priced[] = [...billables].map(([id, { service }]) => ({ id, service }));
  const costs = [...billables].map(
    ([id, billable]) => [id, targetCostOf(billable, conditions, requestsPerSecond, shown)] as const,
  );
  return {
    targets: new Map(costs),
    cost: {
      ...{ region: prices.region, priceDate: prices.date, freeTier, shape, requestsPerSecond },
      ...{ rates: shown, crossings: breakEven(priced, conditions) },
    },
  };
};

interface Costed {
  readonly targets: readonly TargetReport[];
  readonly cost?: ReportCost;
}

/** The same targets with their dollars, and the dollars of the whole. */
export const withCost = (plan: Plan, targets: readonly TargetReport[]): Costed => {
  const { freeTier = false, shape = 'steady', requestsPerSecond } = plan.cost ?? {};
  const prices = requestedPrices(plan.cost);
  const billables = new Map(
    targets.flatMap((report) => {
      const target = plan.targets.find(({ id }) => id === report.targetId);
      const billable =
        target === undefined ? undefined : billableOf(report, target, requestsPerSecond ?? usualRate);
      return billable === undefined ? [] : [[report.id, billable] as const];
    }),
  );
  if (billables.size === 0) return { targets };
  const costs = costsOf(billables, { prices, shape, freeTier }, requestsPerSecond);
  const billedMs = ({ id }: TargetReport): number => billables.get(id)?.service.billedMs ?? 0;
  const run = costOfRun(plan, targets, billedMs, prices);
  return {
    targets: targets.map((report) => known({ ...report, cost: costs.targets.get(report.id) })),
    cost: {
      ...costs.cost,
      run: known({
        ...{ dollars: run.dollars, items: run.items, omitted: run.omitted },
        estimatedDollars: plan.estimatedDollars,
      }),
    },
  };
};
