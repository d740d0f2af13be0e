import { diffTable } from '../../src/cli/commands/diff.ts';
import type { ReportDiff } from '../../src/core/report/diff.ts';
import { diffJUnit, diffMarkdown } from '../../src/core/report/diff-formats.ts';
import type { Crossing } from '../../src/core/report/gate.ts';

const diff: ReportDiff = {
  schema: 'latency-lab.diff.v2',
  base: 'a',
  other: 'b',
  conditions: ['the load differs: 1 before, 2 now'],
  missing: [],
  added: ['new|one'],
  targets: [
    { id: 'null', kind: 'null', metrics: [{ metric: 'p50', outcome: 'no-difference', base: 1, other: 1.1 }] },
    {
      id: 'node',
      kind: 'sync-counter',
      metrics: [
        {
          metric: 'p50',
          outcome: 'different',
          base: 4,
          other: 6,
          change: { by: 0.4, low: 0.3, high: 0.51 },
          asMeasured: { by: 0.5, low: 0.4, high: 0.61 },
          smallestFound: 0.0812,
        },
        { metric: 'p99', outcome: 'undecided', why: '2 and 2 rounds', base: 9, other: 8.1 },
        {
          metric: 'errors',
          outcome: 'no-difference',
          base: 0,
          other: 0.0125,
          change: { by: 0.0125, low: -0.001, high: 0.03 },
        },
      ],
    },
  ],
};

const crossed: Crossing[] = [
  { id: 'node', metric: 'p50', kind: 'crossed', sentence: 'node: p50 rose by 40.0 %; allowed: <10.0 %>' },
  { id: 'node', metric: 'p99', kind: 'undecided', sentence: 'node: p99 is undecided: 2 and 2 rounds' },
];

describe('diffTable', () => {
  it('tells changes with and without the floor’s, and shares in points', () => {
    const rows = diffTable(diff)
      .trim()
      .split('\n')
      .slice(3)
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['node', 'p50', '4.00 ms', '6.00 ms', '+40.0 %', '+30.0 % to +51.0 %', '+50.0 %', '8 %', 'different'],
      ['node', 'p99', '9.00 ms', '8.10 ms', '-', '-', '-', '-', 'undecided'],
      [
        'node',
        'errors',
        '0.00 %',
        '1.25 %',
        '+1.3 points',
        '-0.1 points to +3.0 points',
        '-',
        '-',
        'no difference shown',
      ],
    ]);
  });
});

describe('diffMarkdown', () => {
  it('has the verdict first, its reasons, the table and what else differs', () => {
    const text = diffMarkdown(diff, crossed, true);
    expect(text).toContain('**Stopped**: 2 reasons.\n\n- node: p50 rose by 40.0 %; allowed: &lt;10.0 %>');
    expect(text).toContain('| node | p50 | 4.00 ms | 6.00 ms | +40.0 % |');
    expect(text).toContain('- new\\|one: only in the new run');
    expect(diffMarkdown(diff, [], true)).toContain('**Passed**');
    expect(diffMarkdown(diff, [], false)).not.toMatch(/Passed|Stopped/);
  });
});

describe('diffJUnit', () => {
  it('has a case per target and metric with a threshold, and a failure for each reason', () => {
    const xml = diffJUnit(diff, crossed, ['p50', 'p99']);
    expect(xml).toContain('<testsuites tests="2" failures="2">');
    expect(xml).toContain(
      '<failure type="crossed" message="node: p50 rose by 40.0 %; allowed: &lt;10.0 %&gt;">',
    );
    expect(xml).toContain('<failure type="undecided"');
    expect(diffJUnit(diff, [], ['errors'])).toContain('    <testcase classname="node" name="errors"/>\n');
  });

  it('has a case for what is about a target that is gone, and for every target', () => {
    const xml = diffJUnit(
      diff,
      [
        { id: 'rust\u0001', metric: 'missing', kind: 'missing', sentence: 'rust: has no figures any more' },
        { metric: 'cold-p50', kind: 'undecided', sentence: 'cold-p50 cannot be judged' },
      ],
      ['p50'],
    );
    expect(xml).toContain('<testsuites tests="3" failures="2">');
    expect(xml).toContain('classname="rust?" name="missing"');
    expect(xml).toContain('classname="every target" name="cold-p50"');
  });
});
