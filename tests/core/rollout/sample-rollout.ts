import { Histogram } from '../../../src/core/histogram/histogram.ts';
import type { Evidence, RolloutSide, RolloutStage } from '../../../src/core/schema/rollout.ts';
import type { RolloutRecord } from '../../../src/core/schema/rollout-record.ts';
import { createRandom } from '../../../src/core/stats/random.ts';

const startedAt = '2026-11-22T02:00:00.000Z';
const at = (seconds: number): string => new Date(Date.parse(startedAt) + seconds * 1000).toISOString();
/** Which rollout it is. */
export const place = {
  deploymentId: 'd-ABCDEF123',
  targetId: 'node-dynamodb',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:node',
  alias: 'live',
  baseVersion: '1',
  newVersion: '2',
};

const random = createRandom(7);
const side = (medianMs: number): RolloutSide => {
  const [warm, cold] = [Histogram.create(), Histogram.create()];
  for (let i = 0; i < 149; i++) warm.record(medianMs * 1000 * Math.exp((random() - 0.5) / 2));
  cold.record(medianMs * 30_000);
  return {
    planned: 150,
    ok: 150,
    cold: 1,
    failed: 0,
    errors: {},
    warmUs: warm.encode(),
    coldUs: cold.encode(),
  };
};

const evidenceOf = (stage: RolloutStage, fromSeconds: number, medianMs: number): Evidence => ({
  schema: 'latency-lab.rollout.v1',
  stage,
  ...place,
  startedAt: at(fromSeconds),
  load: { requestsPerSecond: 50, roundSeconds: 3, timeoutMs: 5_000 },
  size: { rounds: 10, requestsPerRound: 150, why: '10 rounds find 20 % at p50 in 95 of 100 rollouts.' },
  rounds: Array.from({ length: 10 }, (_, i) => ({
    round: i + 1,
    startedAt: at(fromSeconds + 3 * i),
    base: side(4.6),
    next: side(medianMs),
  })),
  rules: [
    { rule: 'errors', stop: false, sentence: 'no more errors than before' },
    medianMs > 6
      ? { rule: 'p50', stop: true, sentence: 'p50 is 3.2 times as long as before', change: 3.2, atLeast: 2.9 }
      : { rule: 'p50', stop: false, sentence: 'p50 is as long as before', change: 1.01, atLeast: 0.98 },
  ],
  outcome: medianMs > 6 ? 'stop' : 'go-on',
});

/** A client at 20 requests/s: from second 35 on a tenth goes to version 2, from 55 on all or nothing. */
const trafficOf = (promoted: boolean): RolloutRecord['traffic'] => {
  const n = 1_400;
  const atMs = Array.from({ length: n }, (_, i) => i * 50);
  const weight = (ms: number): number => (ms < 35_000 ? 0 : ms < 55_000 ? 0.1 : promoted ? 1 : 0);
  const version = atMs.map((ms) => (random() < weight(ms) ? 1 : 0));
  return {
    requestsPerSecond: 20,
    versions: ['1', '2'],
    atMs,
    ms: version.map((v) => (v === 1 && !promoted ? 14 : 4.6) * (0.8 + 0.4 * random())),
    version,
    ok: atMs.map(() => 1),
  };
};

export const sampleRollout = (promoted: boolean, more: Partial<RolloutRecord> = {}): RolloutRecord => ({
  schema: 'latency-lab.rollout-record.v1',
  ...place,
  preference: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
  minuteSeconds: 4,
  startedAt,
  finishedAt: at(72),
  end: promoted ? 'promoted' : 'rolled-back',
  ...(promoted ? {} : { injected: 'each answer comes 10 ms later', reason: 'a hook failed' }),
  events: [
    { name: 'BeforeAllowTraffic', status: 'Succeeded', startedAt: at(1), endedAt: at(35) },
    { name: 'AllowTraffic', status: promoted ? 'Succeeded' : 'Failed', startedAt: at(35), endedAt: at(55) },
  ],
  aliases: [
    { atMs: 0, version: '1', newWeight: 0 },
    { atMs: 35_000, version: '1', newWeight: 0.1 },
    { atMs: 55_000, version: promoted ? '2' : '1', newWeight: promoted ? 1 : 0 },
  ],
  traffic: trafficOf(promoted),
  evidence: [evidenceOf('pre-traffic', 1, 4.6), evidenceOf('shift', 35, promoted ? 4.6 : 14)],
  labels: { Node: '24' },
  afterwards: { requests: 300, asExpected: 300 },
  ...more,
});
