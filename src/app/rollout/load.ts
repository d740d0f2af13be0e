/** The load of a rollout's rounds: two versions of a function get the same requests at the same time, in turns. */
import { median } from 'd3-array';
import { InputError } from '../../core/errors.ts';
import { Histogram } from '../../core/histogram/histogram.ts';
import { known } from '../../core/known.ts';
import { judge } from '../../core/load/judge.ts';
import { Recorder } from '../../core/load/recorder.ts';
import { requestOf } from '../../core/load/request.ts';
import type { OpenSchedule } from '../../core/load/schedule.ts';
import type { RolloutRound, RolloutSide } from '../../core/schema/rollout.ts';
import type { Target } from '../../core/schema/target.ts';
import { canaryHeaders } from '../../core/verify/contract.ts';
import type { Clock, FunctionInvoker, Pacer, StartPacer } from '../../ports/index.ts';
import { functionConnection } from '../connection.ts';
import type { Sent } from '../generate/closed.ts';
import { driveOpen } from '../generate/open.ts';

export interface LoadDeps {
  readonly clock: Clock;
  readonly invoker: FunctionInvoker;
  readonly startPacer: StartPacer;
}

/** What both are sent. */
export interface RoundLoad {
  /** To each of the two. */
  readonly requestsPerSecond: number;
  readonly roundSeconds: number;
  readonly timeoutMs: number;
}

/** ARNs with their qualifiers. */
export interface Versions {
  readonly base: string;
  readonly next: string;
}

/** Time to plan both loads before the first request, in ms. */
const leadMs = 20;

/** A request without an answer after this has failed. */
export const timeoutMs = 5_000;

/** Requests to one version at most, and on average: each takes a process, of which an account, or a machine, has so many. */
const mostUnderWay = 10;
const usuallyUnderWay = 2;
/** A slower load would not fit into a hook's time. */
const leastPerSecond = 3;

/** Requests per second to each of the two: as many as their store takes of both together, and as they answer. @param paceMs see paceOf */
export const rateFor = ({ maxRate = Infinity }: Target, most: number, paceMs: number): number => {
  const answered = Math.max(leastPerSecond, (usuallyUnderWay * 1000) / Math.max(1, paceMs));
  return Number(Math.max(0.1, Math.min(most, maxRate / 2, answered)).toPrecision(3));
};

/** The target with the requests of a rollout. @throws InputError for one whose answers cannot be judged */
export const canaryOf = (target: Target): Target => {
  if (target.kind === 'async-queue')
    throw new InputError(
      `kind of target ${target.id}`,
      target.kind,
      'sync-counter, null, url',
      'An answer that only says "accepted" tells neither how fast a version works nor whether it does',
    );
  const headers = { ...target.request?.headers, ...canaryHeaders };
  return { ...target, request: { ...target.request, headers } };
};

export const requestsIn = ({ requestsPerSecond, roundSeconds }: RoundLoad): number =>
  Math.max(1, Math.round(requestsPerSecond * roundSeconds));

/** Evenly spaced, from `offset` of a gap on. */
const everyGap = (load: RoundLoad, offset: number): OpenSchedule => ({
  count: requestsIn(load),
  plannedMs: (index) => ((index + offset) * 1000) / load.requestsPerSecond,
});

/** What one of the two made of its requests. */
class SideLog {
  readonly #recorder: Recorder;
  readonly #expectation: Parameters<typeof judge>[1];

  constructor(target: Target, startMs: number) {
    this.#recorder = new Recorder(startMs, 0);
    this.#expectation = { kind: target.kind, expectedStatus: requestOf(target).expectedStatus };
  }

  readonly add = (sent: Sent): void => {
    const { result } = sent;
    this.#recorder.add(
      sent,
      'error' in result
        ? { cold: false, error: { kind: result.error, message: result.message } }
        : judge(result, this.#expectation),
    );
  };

  side(planned: number): RolloutSide {
    const { histograms, counts } = this.#recorder.take();
    const { warm, cold } = histograms.response;
    const [example] = Object.values(counts.examples);
    return {
      planned,
      ok: counts.ok,
      cold: Histogram.decode(cold).count,
      failed: planned - counts.ok,
      errors: counts.errors,
      ...known({ example: example?.slice(0, 1_000) }),
      warmUs: warm,
      coldUs: cold,
    };
  }
}

/** Sends rounds until it is ended. */
export interface RoundSender {
  /**
   * Brings both to the load step by step, as long as `warmUpRounds` rounds take: at once it would find no process that is ready, and each
   * request would start one.
   */
  readonly warmUp: () => Promise<void>;
  /** @returns undefined where `signal` ended the sending midway */
  readonly send: (round: number) => Promise<RolloutRound | undefined>;
  readonly end: () => void;
}

/** Shares of the load, a round's time each. */
const steps = [0.1, 0.3, 1];
export const warmUpRounds = steps.length;

const firstRequests = 5;

/** Milliseconds that a request takes on its own, of the slower version: the median of a few, one after the other. The first of them may be cold. */
export const paceOf = async (
  { clock, invoker }: LoadDeps,
  target: Target,
  { base, next }: Versions,
  limitMs: number,
): Promise<number> => {
  const paces = [base, next].map(async (functionArn) => {
    const connection = functionConnection(invoker, clock, { ...target, functionArn });
    const times: number[] = [];
    while (times.length < firstRequests) {
      const { sentMs, endMs } = await connection.send(limitMs);
      times.push(endMs - sentMs);
    }
    connection.close();
    return median(times) ?? 0;
  });
  return Math.max(...(await Promise.all(paces)));
};

/**
 * Half a gap lies between a request to one and the next to the other; who comes first changes from round to round.
 * @param signal ends the sending
 */
export const roundSender = async (
  { clock, invoker, startPacer }: LoadDeps,
  target: Target,
  versions: Versions,
  load: RoundLoad,
  signal: AbortSignal,
): Promise<RoundSender> => {
  const pacers = await Promise.all([startPacer(), startPacer()]);
  const connectionTo = (functionArn: string) =>
    functionConnection(invoker, clock, { ...target, functionArn });

  const drive = async (functionArn: string, pacer: Pacer, startMs: number, schedule: OpenSchedule) => {
    const log = new SideLog(target, startMs);
    const how = { warmup: 0, timeoutMs: load.timeoutMs, maxConnections: mostUnderWay };
    const { unsent } = await driveOpen(how, schedule, startMs, {
      ...{ clock, pacer, signal, onSent: log.add },
      openConnection: () => connectionTo(functionArn),
      mayGoOn: () => !signal.aborted,
    });
    return { unsent, side: log.side(schedule.count) };
  };

  const driveBoth = (step: RoundLoad, baseFirst: boolean) => {
    const startMs = clock.now() + leadMs;
    return Promise.all([
      drive(versions.base, pacers[0], startMs, everyGap(step, baseFirst ? 0 : 0.5)),
      drive(versions.next, pacers[1], startMs, everyGap(step, baseFirst ? 0.5 : 0)),
    ]);
  };

  return {
    warmUp: async () => {
      for (const share of steps)
        await driveBoth({ ...load, requestsPerSecond: load.requestsPerSecond * share }, true);
    },
    send: async (round) => {
      const startedAt = new Date(clock.wallTime() + leadMs).toISOString();
      const [base, next] = await driveBoth(load, round % 2 === 1);
      if (base.unsent + next.unsent > 0) return undefined;
      return { round, startedAt, base: base.side, next: next.side };
    },
    end: () => {
      for (const pacer of pacers) pacer.end();
    },
  };
};
