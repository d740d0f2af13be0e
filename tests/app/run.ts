import type { Plan } from '../../src/core/schema/plan.ts';
import type { Target } from '../../src/core/schema/target.ts';

/** 2026-01-01T00:00:00Z. */
export const newYear = Date.UTC(2026, 0, 1);
export const clockAt = (wallTimeMs: number) => ({ wallTime: () => wallTimeMs });

export const targetOf = (id: string, change: Partial<Target> = {}): Target => ({
  version: 1,
  id,
  kind: 'sync-counter',
  url: `http://127.0.0.1/${id}/hits`,
  ...change,
});

export const planOf = (change: Partial<Plan> = {}): Plan => ({
  schema: 'latency-lab.plan.v1',
  runId: 'run-1',
  labName: 'lab',
  plane: 'local',
  createdAt: '2026-01-01T00:00:00.000Z',
  load: { model: 'closed', requests: 150, concurrency: 1, warmup: 10, timeoutMs: 10_000 },
  rounds: 2,
  seed: 1,
  maxFailed: 0.01,
  logs: true,
  targets: [targetOf('a'), targetOf('b'), targetOf('null', { kind: 'null' })],
  leftOut: [],
  labels: {},
  ...change,
});
