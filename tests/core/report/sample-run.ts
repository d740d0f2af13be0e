/** A run that never was: realistic plan, verifications and parts from a seed, for tests of everything after Measure. */
import { range } from 'd3-array';
import { known } from '../../../src/core/known.ts';
import { Recorder } from '../../../src/core/load/recorder.ts';
import { buildReport, type ReportInput, summariseParts } from '../../../src/core/report/build.ts';
import type { LoadProfile } from '../../../src/core/schema/load.ts';
import type { TargetLogs } from '../../../src/core/schema/logs.ts';
import type { Plan, Verification } from '../../../src/core/schema/plan.ts';
import type { ErrorKind, Sample, SamplePart, SelfReport } from '../../../src/core/schema/part.ts';
import type { Report, TargetReport } from '../../../src/core/schema/report.ts';
import { createRandom, type Random, randomNormal } from '../../../src/core/stats/random.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { closedLoad } from '../../support/loads.ts';

export interface Character {
  readonly id: string;
  readonly kind?: Target['kind'];
  /** Median of warm answers. */
  readonly warmMs: number;
  readonly coldMs: number;
  /** The first answers of each round; one unless told otherwise. */
  readonly colds?: number;
  /** Share of requests that fail, and how. */
  readonly failing?: { readonly share: number; readonly kind: ErrorKind; readonly example: string };
  /** In this round, after half of its requests, the worker dies. */
  readonly diesInRound?: number;
  readonly failsVerification?: string;
  readonly sendLagP99Ms?: number;
  readonly target?: Partial<Target>;
}

export interface RunSettings {
  readonly rounds: number;
  readonly requests: number;
  readonly seed: number;
  readonly load?: LoadProfile;
  readonly characters: readonly Character[];
  readonly plan?: Partial<Plan>;
}

export interface SampleRun {
  readonly plan: Plan;
  readonly verifications: readonly Verification[];
  readonly parts: readonly SamplePart[];
}

const begin = Date.parse('2026-11-21T09:00:00.000Z');

export const selfReport = (sendLagP99Ms = 0.4): SelfReport => ({
  requests: 310,
  connectionsOpened: 1,
  sendLagP50Ms: 0.05,
  sendLagP99Ms,
  sendLagMaxMs: sendLagP99Ms * 2,
  eventLoopDelayP99Ms: 1.2,
  eventLoopDelayMaxMs: 4,
  cpuShare: 0.31,
  coldStart: false,
  startedLateMs: 12,
  memoryMb: 92,
  node: 'v24.19.0',
});

/** These samples, as a generator writes them. */
export const partOf = (
  place: Partial<SamplePart> & Pick<SamplePart, 'cellId'>,
  samples: readonly Sample[],
  self?: SelfReport,
  example = 'an example',
): SamplePart => {
  const recorder = new Recorder(0, Infinity);
  for (const { plannedUs, sentUs, endUs, cold, warmup, error } of samples) {
    const times = { plannedMs: plannedUs / 1000, sentMs: sentUs / 1000, endMs: endUs / 1000, warmup };
    recorder.add(times, known({ cold, error: error && { kind: error, message: example } }));
  }
  return {
    schema: 'latency-lab.part.v1',
    runId: 'sample-run',
    round: 1,
    segment: 0,
    attempt: 1,
    worker: 0,
    workers: 1,
    part: 0,
    final: true,
    epoch: new Date(begin).toISOString(),
    ...recorder.take(),
    ...known({ self }),
    ...place,
  };
};

const samplesOfCell = (who: Character, requests: number, random: Random): Sample[] => {
  const weather = Math.exp(0.04 * randomNormal(random));
  let nowUs = 0;
  return Array.from({ length: requests + 10 }, (_, i) => {
    const cold = i >= 10 && i < 10 + (who.colds ?? 1);
    const tail = random() < 0.02 ? 2 + 4 * random() : 1;
    const ms = (cold ? who.coldMs : who.warmMs * tail) * weather * Math.exp(0.22 * randomNormal(random));
    const chance = random();
    const failing =
      i >= 10 && who.failing !== undefined && chance < who.failing.share ? who.failing : undefined;
    const plannedUs = Math.round(nowUs);
    nowUs += ms * 1000;
    const base = { plannedUs, sentUs: plannedUs, endUs: Math.round(nowUs), cold, warmup: i < 10 };
    return failing === undefined ? base : { ...base, cold: false, error: failing.kind };
  });
};

const partsOfCell = (
  who: Character,
  round: number,
  epoch: number,
  run: RunSettings,
  random: Random,
): SamplePart[] => {
  const samples = samplesOfCell(who, run.requests, random);
  const place = { cellId: who.id, round, epoch: new Date(epoch).toISOString() };
  const half = Math.floor(samples.length / 2);
  const first = partOf({ ...place, final: false }, samples.slice(0, half), undefined, who.failing?.example);
  if (who.diesInRound === round) return [first];
  const rest = partOf(
    { ...place, part: 1 },
    samples.slice(half),
    selfReport(who.sendLagP99Ms),
    who.failing?.example,
  );
  return [first, rest];
};

export const sampleRun = (run: RunSettings): SampleRun => {
  const random = createRandom(run.seed);
  const timed = run.characters.filter((who) => who.failsVerification === undefined);
  let epoch = begin;
  const parts = range(1, run.rounds + 1).flatMap((round) =>
    timed.flatMap((who) => {
      const cell = partsOfCell(who, round, epoch, run, random);
      epoch += run.requests * who.warmMs * 1.2 + who.coldMs + 400;
      return cell;
    }),
  );
  return { plan: planOf(run), verifications: run.characters.map(verificationOf), parts };
};

const planOf = ({ rounds, requests, seed, load, characters, plan }: RunSettings): Plan => ({
  schema: 'latency-lab.plan.v1',
  runId: 'sample-run',
  labName: 'lab',
  plane: 'local',
  createdAt: new Date(begin).toISOString(),
  load: load ?? { ...closedLoad, requests },
  rounds,
  seed,
  targets: characters.map(({ id, kind = 'sync-counter', target }) => ({
    version: 1,
    id,
    kind,
    url: `http://x.execute-api.localhost:4000/hits`,
    memoryMb: 512,
    cpuArchitecture: 'x86_64',
    runtime: 'nodejs24.x',
    functionArn: 'arn:aws:lambda:eu-west-2:123456789012:function:f:live',
    billing: { httpApiRequests: 1, dynamodbWriteUnits: 1 },
    ...target,
  })),
  leftOut: [],
  labels: { 'host CPU': '2 x test', kernel: '6.1' },
  ...plan,
});

const verificationOf = ({ id, warmMs, failsVerification }: Character): Verification =>
  failsVerification === undefined
    ? {
        targetId: id,
        ok: true,
        sent: 50,
        acknowledged: 50,
        meanMs: warmMs,
        observed: { 'x-architecture': id },
      }
    : { targetId: id, ok: false, sent: 50, acknowledged: 41, reason: failsVerification };

export const sixArchitectures: readonly Character[] = [
  { id: 'null', kind: 'null', warmMs: 0.9, coldMs: 160 },
  { id: 'python-dynamodb', warmMs: 5.1, coldMs: 520 },
  { id: 'node-dynamodb', warmMs: 3.4, coldMs: 190, diesInRound: 2 },
  { id: 'rust-dynamodb', warmMs: 1.62, coldMs: 18 },
  { id: 'cpp-dynamodb', warmMs: 1.6, coldMs: 15 },
  {
    id: 'python-s3',
    warmMs: 12,
    coldMs: 560,
    failing: { share: 0.06, kind: 'throttled', example: 'status 429: {"message":"Too Many <Requests>"}' },
  },
  {
    id: 'lossy',
    warmMs: 2,
    coldMs: 30,
    failsVerification: '50 requests were acknowledged with 41 distinct counts: updates are lost',
  },
];

/** Its report; three rounds unless told otherwise: without verdicts it is built fast. */
export const sampleReport = (
  settings: Partial<RunSettings> = {},
  more: Partial<ReportInput> = {},
): Report => {
  const { plan, verifications, parts } = sampleRun({
    rounds: 3,
    requests: 60,
    seed: 1,
    characters: sixArchitectures,
    ...settings,
  });
  const cells = summariseParts(parts, plan);
  return buildReport({ plan, verifications, cells, finishedAt: plan.createdAt, ...more });
};

const section = {
  ...{ logGroup: '/aws/lambda/rust', requests: 230, expected: 231, sent: 240, missingShare: 1 / 231 },
  ...{ errors: 1, timeouts: 0, coldStarts: 2, logBytesPerRequest: 330.5, scannedBytes: 76_000 },
};
const joined = {
  source: 'live',
  requestId: 'r1',
  cold: false,
  clientMs: 3,
  durationMs: 1,
  billedMs: 1,
} as const;

/** What was read of the logs of one of the six. */
export const sampleLogs: TargetLogs = {
  ...{ schema: 'latency-lab.logs.v1', targetId: 'rust-dynamodb', remarks: ['a remark'], copy: section },
  live: {
    ...section,
    durationMs: { p50: 1, p90: 2, p95: 2, p99: 4, max: 9, mean: 1.2 },
    billedMs: { mean: 2, coldMean: 20, warmMean: 1.8 },
    initMs: { n: 2, p50: 14, p90: 15, p99: 15, max: 15, mean: 14.5 },
    memory: { givenMb: 512, maxUsedMb: 21, p99UsedMb: 20 },
  },
  requests: [
    joined,
    { ...joined, requestId: 'r2', clientMs: 5 },
    { ...joined, requestId: 'r3', cold: true, clientMs: 31, initMs: 14 },
    { ...joined, source: 'copy', requestId: 'r4', cold: true, clientMs: 35, initMs: 15 },
  ],
};

/** What a report has besides where everything went well. */
export const furtherFields: Partial<ReportInput> = {
  logs: [sampleLogs],
  outcome: { ok: false, error: 'States.Timeout', cause: 'too long' },
  remarks: ['one object cannot be read'],
  architectures: [
    { id: 'null', title: 'floor', reference: { meanMs: 1, dollars: 2, per: 'month' } },
    { id: 'a', title: 'A', reference: { meanMs: 1, dollars: 2, per: 'month' } },
  ],
};

export const targetIn = ({ targets }: Report, id: string): TargetReport => {
  const found = targets.find((target) => target.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
