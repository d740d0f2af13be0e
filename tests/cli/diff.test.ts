import { crossingText, diffTable } from '../../src/cli/commands/diff.ts';
import type { ReportDiff } from '../../src/core/report/diff.ts';

const diff: ReportDiff = {
  schema: 'latency-lab.diff.v1',
  base: 'a',
  other: 'b',
  conditions: [],
  missing: [],
  added: [],
  targets: [
    {
      id: 'node',
      kind: 'sync-counter',
      metrics: [
        {
          metric: 'p50',
          base: 4,
          other: 6,
          verdict: { outcome: 'different', ratio: 1.5, low: 1.4, high: 1.61, rounds: 6 },
        },
        { metric: 'p99', base: 9, other: 8.1, verdict: { outcome: 'this-run-only', ratio: 0.9, rounds: 2 } },
        { metric: 'errors', base: 0, other: 0.0125 },
      ],
    },
  ],
};

describe('diffTable', () => {
  it('tells change and interval as percentages and errors in points', () => {
    const rows = diffTable(diff)
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['node', 'p50', '4.00 ms', '6.00 ms', '+50.0 %', '+40.0 % to +61.0 %', 'different'],
      ['node', 'p99', '9.00 ms', '8.10 ms', '-10.0 %', '-', 'too few rounds to tell'],
      ['node', 'errors', '0.00 %', '1.25 %', '+1.25 points'],
    ]);
  });
});

describe('crossingText', () => {
  it('tells what rose, what is gone and what could not be judged', () => {
    expect([
      crossingText({ id: 'node', metric: 'p50', increase: 0.5, limit: 0.1 }),
      crossingText({ id: 'node', metric: 'errors', increase: 0.02, limit: 0.005 }),
      crossingText({ id: 'node', metric: 'missing' }),
      crossingText({ metric: 'cold-p50' }),
    ]).toEqual([
      'node: p50 rose by 50.0 %; allowed: 10.0 %',
      'node: errors rose by 2.0 points; allowed: 0.5 points',
      'node: has no figures any more',
      'cold-p50 cannot be judged: no target has it in both runs',
    ]);
  });
});
