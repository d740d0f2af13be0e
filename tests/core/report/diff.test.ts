import { diffReports, type MetricDiff, type ReportDiff } from '../../../src/core/report/diff.ts';
import { crossings } from '../../../src/core/report/gate.ts';
import type { Report } from '../../../src/core/schema/report.ts';
import { type Character, type RunSettings, sampleReport } from './sample-run.ts';

const report = (characters: readonly Character[], settings: Partial<RunSettings> = {}): Report =>
  sampleReport({ rounds: 6, requests: 160, characters, ...settings });

const node = { id: 'node', warmMs: 4, coldMs: 200 };
const rust = { id: 'rust', warmMs: 2, coldMs: 20 };

/** `node` before and after a change, with another seed so that chance has its say. */
const nodeTo = (change: Partial<Character>, settings: Partial<RunSettings> = {}): ReportDiff =>
  diffReports(report([node], settings), report([{ ...node, ...change }], { seed: 2, ...settings }));

const metric = (diff: ReportDiff, id: string, name: string): MetricDiff =>
  diff.targets.find((target) => target.id === id)!.metrics.find((found) => found.metric === name)!;

const floor = { id: 'null', kind: 'null' as const, warmMs: 1, coldMs: 2 };

describe('diffReports', () => {
  it('finds no difference and no differing condition between a run and its repetition', () => {
    const diff = diffReports(report([node, rust]), report([node, rust], { seed: 2 }));
    const outcomes = diff.targets.flatMap(({ metrics }) => metrics.map(({ outcome }) => outcome));
    expect(outcomes).not.toContain('different');
    expect(diff).toMatchObject({ missing: [], added: [], conditions: [] });
  });

  it('finds the target that became slower, by how much, and no other', () => {
    const diff = diffReports(report([node, rust]), report([{ ...node, warmMs: 6 }, rust], { seed: 2 }));
    const slower = metric(diff, 'node', 'p50');
    expect(slower.outcome).toBe('different');
    expect(slower.change!.by).toBeCloseTo(0.5, 0);
    expect(slower.other! / slower.base! - 1).toBeCloseTo(slower.change!.by, 9);
    expect(slower.smallestFound).toBeGreaterThan(0.05);
    expect(metric(diff, 'rust', 'p50').outcome).toBe('no-difference');
  });

  it('keeps cold answers apart, and judges them where a round has enough', () => {
    const cold = diffReports(
      report([{ ...node, colds: 5 }]),
      report([{ ...node, colds: 5, coldMs: 800 }], { seed: 2 }),
    );
    expect(metric(cold, 'node', 'cold-p50')).toMatchObject({
      outcome: 'different',
      change: { by: expect.closeTo(3, 0) },
    });
    expect(Math.abs(metric(cold, 'node', 'p50').change!.by)).toBeLessThan(0.2);
  });

  it.each([
    ['p50', { rounds: 3 }, '3 and 3 rounds with 3 requests or more; a verdict takes 5 in both runs'],
    ['p99', { requests: 140 }, '0 and 0 rounds with 150 requests or more; a verdict takes 5 in both runs'],
    ['errors', { rounds: 4 }, '4 rounds; a verdict takes 5 in both runs'],
  ])('does not judge %s on too little', (name, settings, why) => {
    expect(metric(nodeTo({ warmMs: 8 }, settings), 'node', name)).toMatchObject({
      outcome: 'undecided',
      why,
    });
  });

  it('takes the change of the floor out, and shows the change as measured beside it', () => {
    const slowHost = [
      { ...floor, warmMs: 1.3 },
      { ...node, warmMs: 5.2 },
    ];
    const found = metric(diffReports(report([floor, node]), report(slowHost, { seed: 2 })), 'node', 'p50');
    expect(found.asMeasured!.low).toBeGreaterThan(0.1);
    expect(Math.abs(found.change!.by)).toBeLessThan(0.15);
    expect(found.outcome).toBe('no-difference');
  });

  it('does not call a target different because the floor alone changed', () => {
    const found = metric(
      diffReports(report([floor, node]), report([{ ...floor, warmMs: 2 }, node], { seed: 2 })),
      'node',
      'p50',
    );
    expect(found.change!.high).toBeLessThan(-0.3);
    expect(found.outcome).toBe('no-difference');
  });

  it('does not flatter survivors: where the slowest fail, failures decide', () => {
    const failing = { share: 0.03, kind: 'timeout' as const, example: 'no full answer within 10000 ms' };
    const found = metric(nodeTo({ failing }), 'node', 'p99');
    expect(found).toMatchObject({ outcome: 'different', why: expect.stringContaining('failures decide') });
    expect(found.other).toBeUndefined();
    expect(crossings(nodeTo({ failing }), { p99: 0.1 })).toMatchObject([{ kind: 'crossed', metric: 'p99' }]);
  });

  it('lists targets that only one of the runs measured', () => {
    const lossy = { ...rust, failsVerification: 'it lost updates' };
    const diff = diffReports(report([node, rust]), report([node, lossy, { ...rust, id: 'cpp' }]));
    expect(diff).toMatchObject({ missing: ['rust'], added: ['cpp'] });
  });

  it('says what else differed: load, plane, memory, labels', () => {
    const other = report([{ ...node, target: { memoryMb: 1769 } }], {
      requests: 50,
      plan: { plane: 'aws', labels: { 'host CPU': 'another', kernel: '6.1' } },
    });
    const { conditions } = diffReports(report([node]), other);
    expect(conditions.map((text) => text.split(' differs')[0])).toEqual([
      'the plane',
      'the load',
      'the memory',
      'host CPU',
    ]);
    expect(conditions[1]).toBe(
      'the load differs: 160 requests one after another (closed model) after 10 to warm up, time-out 10000 ms before, ' +
        '50 requests one after another (closed model) after 10 to warm up, time-out 10000 ms now',
    );
  });
});

describe('crossings', () => {
  const slower = nodeTo({ warmMs: 6 });

  it('finds a rise above its limit and lets one below pass', () => {
    expect(crossings(slower, { p50: 0.1 })).toEqual([
      {
        id: 'node',
        metric: 'p50',
        kind: 'crossed',
        sentence: expect.stringMatching(/^node: p50 rose by \d\d\.\d %; allowed: 10\.0 %$/),
      },
    ]);
    expect(crossings(slower, { p50: 0.9 })).toEqual([]);
  });

  it('lets a fall pass', () => {
    const faster = diffReports(report([{ ...node, warmMs: 6 }]), report([node], { seed: 2 }));
    expect(crossings(faster, { p50: 0, p99: 0 })).toEqual([]);
  });

  it('lets chance pass, whatever the limit', () => {
    expect(
      crossings(diffReports(report([node], { seed: 3 }), report([node], { seed: 4 })), {
        p50: 0,
        p99: 0,
        errors: 0,
        'cold-share': 0,
        unsent: 0,
        invalid: 0,
      }),
    ).toEqual([]);
  });

  it('does not let pass what it cannot judge', () => {
    expect(crossings(nodeTo({}, { rounds: 4 }), { p50: 0.1, errors: 0.1 })).toMatchObject([
      { id: 'node', metric: 'p50', kind: 'undecided' },
      { id: 'node', metric: 'errors', kind: 'undecided' },
    ]);
    const targets = slower.targets.map((target) => ({
      ...target,
      metrics: target.metrics.filter((found) => found.metric !== 'cold-p50'),
    }));
    expect(crossings({ ...slower, targets }, { 'cold-p50': 0.1 })).toEqual([
      {
        metric: 'cold-p50',
        kind: 'undecided',
        sentence: 'cold-p50 cannot be judged: no target has it in both runs',
      },
    ]);
  });

  it("lets the floor rise: it is nobody's service", () => {
    const risen = diffReports(report([floor, node]), report([{ ...floor, warmMs: 2 }, node], { seed: 2 }));
    expect(metric(risen, 'null', 'p50').outcome).toBe('different');
    expect(crossings(risen, { p50: 0.1 })).toEqual([]);
  });

  it('counts errors and cold answers in points', () => {
    const failing = { share: 0.1, kind: 'status' as const, example: 'status 500' };
    expect(crossings(nodeTo({ failing }), { errors: 0.01 })).toMatchObject([
      { metric: 'errors', kind: 'crossed' },
    ]);
    expect(crossings(nodeTo({ failing }), { errors: 0.5 })).toEqual([]);
    expect(crossings(nodeTo({ colds: 40 }), { 'cold-share': 0.05 })).toMatchObject([
      { metric: 'cold-share', kind: 'crossed' },
    ]);
  });

  it('holds the new run to its own share of invalid rounds', () => {
    const late = nodeTo({ diesInRound: 3 });
    expect(crossings(late, { invalid: 0.1 })).toEqual([
      {
        id: 'node',
        metric: 'invalid',
        kind: 'crossed',
        sentence: 'node: invalid is 16.7 %; allowed: 10.0 %',
      },
    ]);
    expect(crossings(late, { invalid: 0.2 })).toEqual([]);
    expect(crossings(late, { unsent: 0.01 })).toMatchObject([{ metric: 'unsent', kind: 'crossed' }]);
  });

  it('counts a target that lost its figures, but only where thresholds are set', () => {
    const gone = diffReports(report([node, rust]), report([node]));
    expect(crossings(gone, { p50: 1 })).toMatchObject([{ id: 'rust', metric: 'missing', kind: 'missing' }]);
    expect(crossings(gone, {})).toEqual([]);
  });
});
