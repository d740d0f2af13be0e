import * as subject from '../../../src/core/report/diff.ts';
import { crossings, type ReportDiff } from '../../../src/core/report/diff.ts';
import type { Report } from '../../../src/core/schema/report.ts';
import { type Character, type RunSettings, sampleReport } from './sample-run.ts';

const report = (characters: readonly Character[], settings: Partial<RunSettings> = {}): Report =>
  sampleReport({ rounds: 6, requests: 100, characters, ...settings });

/** A tenth of the usual resamples: the effects here are large. */
const diffReports = (base: Report, other: Report): ReportDiff =>
  subject.diffReports(base, other, { resamples: 200 });

const node = { id: 'node', warmMs: 4, coldMs: 200 };
const rust = { id: 'rust', warmMs: 2, coldMs: 20 };

/** `node` before and after a change, with another seed so that chance has its say. */
const nodeTo = (change: Partial<Character>, settings: Partial<RunSettings> = {}): ReportDiff =>
  diffReports(report([node], settings), report([{ ...node, ...change }], { seed: 2, ...settings }));

const metric = (diff: ReportDiff, id: string, name: string) =>
  diff.targets.find((target) => target.id === id)!.metrics.find((found) => found.metric === name)!;

describe('diffReports', () => {
  it('finds no difference and no differing condition between a run and its repetition', () => {
    const diff = diffReports(report([node, rust]), report([node, rust], { seed: 2 }));
    const verdicts = diff.targets.flatMap(({ metrics }) => metrics.map((found) => found.verdict?.outcome));
    expect(verdicts).not.toContain('different');
    expect(diff).toMatchObject({ missing: [], added: [], conditions: [] });
  });

  it('finds the target that became slower, by how much, and no other', () => {
    const diff = diffReports(report([node, rust]), report([{ ...node, warmMs: 6 }, rust], { seed: 2 }));
    const slower = metric(diff, 'node', 'p50');
    expect(slower.verdict).toMatchObject({ outcome: 'different' });
    expect(slower.verdict!.ratio).toBeCloseTo(1.5, 0);
    expect(slower.other / slower.base).toBeCloseTo(slower.verdict!.ratio, 9);
    expect(metric(diff, 'rust', 'p50').verdict).toMatchObject({ outcome: 'no-difference' });
  });

  it('keeps cold requests apart from warm ones', () => {
    const diff = nodeTo({ coldMs: 800 });
    expect(metric(diff, 'node', 'cold-p50').verdict!.ratio).toBeGreaterThan(3);
    expect(metric(diff, 'node', 'p50').verdict).toMatchObject({ outcome: 'no-difference' });
  });

  it('gives no verdict on fewer rounds than it takes', () => {
    const diff = nodeTo({ warmMs: 8 }, { rounds: 3 });
    expect(metric(diff, 'node', 'p50').verdict!.outcome).toBe('this-run-only');
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
      'the load differs: 100 requests one after another (closed model) after 10 to warm up, time-out 10000 ms before, ' +
        '50 requests one after another (closed model) after 10 to warm up, time-out 10000 ms now',
    );
  });
});

describe('crossings', () => {
  const slower = nodeTo({ warmMs: 6 });

  it('finds a rise above its limit and lets one below pass', () => {
    expect(crossings(slower, { p50: 0.1 })).toMatchObject([{ id: 'node', metric: 'p50', limit: 0.1 }]);
    expect(crossings(slower, { p50: 0.9 })).toEqual([]);
  });

  it('lets a fall pass', () => {
    const faster = diffReports(report([{ ...node, warmMs: 6 }]), report([node], { seed: 2 }));
    expect(crossings(faster, { p50: 0, p99: 0 })).toEqual([]);
  });

  it('lets chance pass, whatever the limit', () => {
    expect(crossings(nodeTo({}), { p50: 0, p99: 0, 'cold-p50': 0 })).toEqual([]);
  });

  it('decides by the measured rise where the rounds are too few', () => {
    expect(crossings(nodeTo({ warmMs: 6 }, { rounds: 2 }), { p50: 0.1 })).toHaveLength(1);
  });

  it("lets the floor rise: it is nobody's service", () => {
    const floor = { id: 'null', kind: 'null' as const, warmMs: 1, coldMs: 2 };
    const risen = diffReports(report([floor]), report([{ ...floor, warmMs: 2 }], { seed: 2 }));
    expect(metric(risen, 'null', 'p50').verdict).toMatchObject({ outcome: 'different' });
    expect(crossings(risen, { p50: 0.1 })).toEqual([]);
  });

  it('counts errors in points', () => {
    const failing = { share: 0.1, kind: 'status' as const, example: 'status 500' };
    const worse = nodeTo({ failing });
    expect(crossings(worse, { errors: 0.01 })).toMatchObject([{ metric: 'errors' }]);
    expect(crossings(worse, { errors: 0.5 })).toEqual([]);
  });

  it('lets no threshold pass that nothing can be judged by', () => {
    const targets = slower.targets.map((target) => ({
      ...target,
      metrics: target.metrics.filter((found) => found.metric !== 'cold-p50'),
    }));
    expect(crossings({ ...slower, targets }, { 'cold-p50': 0.1 })).toEqual([{ metric: 'cold-p50' }]);
  });

  it('counts a target that lost its figures, but only where thresholds are set', () => {
    const gone = diffReports(report([node, rust]), report([node]));
    expect(crossings(gone, { p50: 1 })).toEqual([{ id: 'rust', metric: 'missing' }]);
    expect(crossings(gone, {})).toEqual([]);
  });
});
