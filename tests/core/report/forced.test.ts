import { renderCsv } from '../../../src/core/report/csv.ts';
import { buildReport, summariseParts } from '../../../src/core/report/build.ts';
import { coldStartsOf, compareColdStarts } from '../../../src/core/report/cold-starts.ts';
import { formatNumber } from '../../../src/core/report/format.ts';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { forcedTrials, idleTrials } from '../../../src/core/schedule/trials.ts';
import type { TargetLogs } from '../../../src/core/schema/logs.ts';
import type { Plan } from '../../../src/core/schema/plan.ts';
import type { Trial, TrialInput } from '../../../src/core/schema/trial.ts';
import { readReport } from '../../../src/core/report/read.ts';
import { createRandom } from '../../../src/core/stats/random.ts';
import { sampleRun, targetIn } from './sample-run.ts';

const characters = [
  { id: 'fast', warmMs: 5, coldMs: 5 },
  { id: 'slow', warmMs: 6, coldMs: 6 },
  { id: 'null', kind: 'null', warmMs: 1, coldMs: 1 },
] as const;
const run = sampleRun({ rounds: 1, requests: 60, seed: 4, characters });

const planWith = (coldStarts: Plan['coldStarts']): Plan => ({
  ...run.plan,
  ...(coldStarts === undefined ? {} : { coldStarts }),
  targets: run.plan.targets.map((target) => ({
    ...target,
    memoryMb: 512,
    copy: {
      functionArn: `arn:aws:lambda:eu-west-2:123456789012:function:${target.id}`,
      url: 'http://127.0.0.1/',
      logGroup: 'x',
    },
  })),
});

const noise = createRandom(7);
/** Milliseconds of a cold start by target; a burst takes twice as long. */
const centres: Readonly<Record<string, number>> = { fast: 100, slow: 150, null: 50 };
const trialOf = (one: TrialInput): Trial => ({
  schema: 'latency-lab.trial.v1',
  ...one,
  startedAt: '2026-01-01T00:00:00.000Z',
  changeMs: 100,
  requests: Array.from({ length: one.simultaneous }, () => ({
    ms: centres[one.targetId]! * (one.simultaneous > 1 ? 2 : 1) * (0.9 + 0.2 * noise()),
    openingMs: 0.5,
    cold: true,
    warm: false,
    requestId: `${one.targetId}-${one.round}`,
  })),
});

const build = (perTarget: number, change: object = {}, edit = (trials: Trial[]) => trials) => {
  const plan = planWith({ perTarget, bursts: 1, burstSize: 4, ...change });
  const trials = edit([...forcedTrials(plan), ...idleTrials(plan)].map(trialOf));
  const cells = summariseParts(run.parts, plan);
  const report = buildReport({
    plan,
    verifications: run.verifications,
    cells,
    trials,
    finishedAt: plan.createdAt,
  });
  // As it is read from its file.
  return readReport(JSON.stringify(report), 'report.json');
};

describe('coldStartsOf', () => {
  it('has a median and a range below 30, and no verdict', () => {
    const report = build(10);
    const { groups } = targetIn(report, 'fast').coldStarts!;
    expect(
      groups.map(({ kind, planned, failed, warm, summary }) => [kind, planned, failed, warm, summary?.n]),
    ).toEqual([
      ['alone', 10, 0, 0, 10],
      ['burst', 4, 0, 0, 4],
    ]);
    const { medianMs, minMs, maxMs, ...rest } = groups[0]!.summary!;
    expect(medianMs).toBeGreaterThan(minMs);
    expect(medianMs).toBeLessThan(maxMs);
    expect(rest).not.toHaveProperty('medianLowMs');
    expect(rest).not.toHaveProperty('p90Ms');
    expect(report.coldStartComparisons).toBeUndefined();
  });

  it('has intervals and verdicts from 30 on, never of the floor', () => {
    const report = build(30);
    const { summary } = targetIn(report, 'slow').coldStarts!.groups[0]!;
    expect(summary!.medianLowMs).toBeLessThan(summary!.medianMs);
    expect(summary!.medianHighMs).toBeGreaterThan(summary!.medianMs);
    expect(targetIn(build(60), 'slow').coldStarts!.groups[0]!.summary!.p90Ms).toBeGreaterThan(
      summary!.medianMs,
    );
    expect(report.coldStartComparisons).toMatchObject([
      { memoryMb: 512, base: 'fast', other: 'slow', outcome: 'different', rounds: 30 },
    ]);
    const { ratio, low, high } = report.coldStartComparisons![0]!;
    expect(ratio).toBeCloseTo(1.5, 1);
    expect(low).toBeLessThan(ratio);
    expect(high).toBeGreaterThan(ratio);
  });

  it('calls equal ones no different', () => {
    const equal = build(30, {}, (trials) =>
      trials.map((one) =>
        one.targetId === 'slow' ? { ...one, requests: trialOf({ ...one, targetId: 'fast' }).requests } : one,
      ),
    );
    expect(equal.coldStartComparisons).toMatchObject([{ outcome: 'no-difference' }]);
  });

  it('counts what failed, what was not cold and what is missing, and says why', () => {
    const report = build(10, { bursts: 0 }, (trials) =>
      trials.flatMap((one): Trial[] => {
        if (one.targetId !== 'fast') return [one];
        if (one.round === 1) return [];
        if (one.round === 2) return [{ ...one, requests: [], reason: 'not authorised' }];
        const [request] = one.requests;
        if (one.round === 3) return [{ ...one, requests: [{ ...request!, fault: 'answered 500' }] }];
        return [one.round === 4 ? { ...one, requests: [{ ...request!, cold: false }] } : one];
      }),
    );
    const { groups, remarks } = targetIn(report, 'fast').coldStarts!;
    expect(groups).toMatchObject([{ planned: 10, failed: 3, warm: 1, summary: { n: 6 } }]);
    expect(remarks).toEqual([
      '1 trial of 10: it left nothing',
      '1 trial of 10: not authorised',
      '1 trial of 10: answered 500',
    ]);
  });

  it.each([
    [{ provisionedConcurrency: 1 }, ['no ready processes']],
    [{ snapStart: true }, ['no snapshot']],
    [{ provisionedConcurrency: 0, snapStart: false }, []],
  ])('says of %j what the copy lacks', (more, lacks) => {
    const plan = planWith({ perTarget: 1, bursts: 0, burstSize: 4 });
    const targets = plan.targets.map((target) => ({ ...target, ...more }));
    const trials = forcedTrials(plan).map(trialOf);
    const { remarks } = coldStartsOf({ ...plan, targets }, run.verifications, trials).get('fast')!;
    expect(remarks).toEqual(lacks.map((text): unknown => expect.stringContaining(text)));
  });

  it('keeps sizes apart, and idle ones from forced ones', () => {
    const { groups } = targetIn(build(2, { memoriesMb: [1024, 256], idleMinutes: 5 }), 'slow').coldStarts!;
    expect(groups.map(({ kind, memoryMb, planned }) => `${memoryMb} ${kind} ${planned}`)).toEqual(
      expect.arrayContaining(['256 alone 2', '256 burst 4', '1024 alone 2', '1024 burst 4']),
    );
    expect(groups.filter(({ kind }) => kind === 'idle')).toHaveLength(1);
  });

  it('has nothing of targets that failed their verification, nor where they are off', () => {
    const refused = run.verifications.map((one) => ({ ...one, ok: one.targetId !== 'slow' }));
    const plan = planWith({ perTarget: 1, bursts: 0, burstSize: 4 });
    expect([...coldStartsOf(plan, refused, []).keys()].sort()).toEqual(['fast', 'null']);
    expect(coldStartsOf(planWith(false), run.verifications, []).size).toBe(0);
    expect(compareColdStarts([{ id: 'a' }, { id: 'b', coldStarts: undefined }])).toEqual([]);
  });
});

describe('log lines of the copies', () => {
  const plan = planWith({ perTarget: 3, bursts: 0, burstSize: 4 });
  const trials = forcedTrials(plan).map(trialOf);
  const line = { source: 'copy', cold: true, durationMs: 7, billedMs: 47, initMs: 39.5 } as const;
  const logs: TargetLogs = {
    schema: 'latency-lab.logs.v1',
    targetId: 'fast',
    requests: [
      { ...line, requestId: 'fast-1' },
      { ...line, requestId: 'slow-9' },
    ],
    remarks: [],
  };
  const cells = summariseParts(run.parts, plan);
  const report = buildReport({
    ...{ plan, verifications: run.verifications, cells, trials, finishedAt: plan.createdAt },
    logs: [logs],
  });

  it('join the calls by their request ids, and nothing else', () => {
    const [group] = targetIn(report, 'fast').coldStarts!.groups;
    expect(group!.calls.map(({ round, logged }) => [round, logged])).toEqual([
      [1, { initMs: 39.5, durationMs: 7, billedMs: 47 }],
      [2, undefined],
      [3, undefined],
    ]);
  });

  it('set initialisation, what is billed of it and the client\u2019s extra apart', () => {
    const [{ ms }] = targetIn(report, 'fast').coldStarts!.groups[0]!.calls as [{ ms: number }, ...unknown[]];
    const text = renderMarkdown(viewOf(report));
    const extra = formatNumber(ms - 46.5);
    expect(text).toContain(
      `| fast | 512 | alone | 1 | ${formatNumber(ms)} | 39.5 | 7.00 | ${extra} | 47.0 | 40.0 |`,
    );
    expect(text).not.toMatch(/\| slow \| 512 \| alone \| \d+ \| [\d.]+ \| 39\.5/);
  });

  it('take no table where there are none', () => {
    const without = buildReport({
      plan,
      verifications: run.verifications,
      cells,
      trials,
      finishedAt: plan.createdAt,
    });
    expect(renderMarkdown(viewOf(without))).not.toContain('billed init');
  });
});

describe('a report with forced cold starts', () => {
  const report = build(30, { idleMinutes: 5 });
  const view = viewOf(report);
  const html = renderHtml(view);
  const [, section = ''] = /<section id="cold-starts"([\s\S]*?)<\/section>/.exec(html) ?? [];

  it('draws every one of them once, in one figure', () => {
    expect(section.match(/<figure/g)).toHaveLength(1);
    const [, plots = ''] = section.split('legend');
    for (const [kind, count] of [
      ['alone', 90],
      ['burst', 12],
      ['idle', 3],
    ] as const)
      expect(plots.match(new RegExp(`class="mark ${kind}" style`, 'g'))).toHaveLength(count);
    expect(section).toMatch(/fast: 30 cold alone, median [\d.]+ ms, from/);
  });

  it('has them in a table with their intervals, and the verdicts below', () => {
    const text = renderMarkdown(view);
    expect(text).toMatch(/\| slow \| 512 \| alone \| 30 \| \d+ \(\d+–\d+\) \| \d+ \| \d+ \| – \|/);
    expect(text).toMatch(/\| slow \| 512 \| fast \| 1\.\d+ \(1\.\d+–1\.\d+\) \| 30 \| starts slower \|/);
    expect(text).toContain('median of forced, ms (n)');
  });

  it('takes them for the cold column of the terminal, and says so', () => {
    const { table, notes } = view.summary;
    const column = table!.columns.findIndex(({ head }) => head === 'cold ms');
    const { groups } = targetIn(report, 'fast').coldStarts!;
    const row = table!.rows.find((cells) => cells.includes('fast'))!;
    expect(row[column]).toBe(formatNumber(groups[0]!.summary!.medianMs));
    expect(notes).toContain("cold ms: median of 30 forced cold starts of each function's copy");
  });

  it('has a line for each kind in CSV', () => {
    const lines = renderCsv(view)
      .split('\r\n')
      .map((line) => line.split(','));
    const kinds = lines.filter(([id, , , , , , , , kind]) => id === 'slow' && /forced|idle/.test(kind ?? ''));
    expect(kinds.map((fields) => [fields[1], fields[8], fields[9]])).toEqual([
      ['512', 'forced-alone', '30'],
      ['512', 'forced-burst', '4'],
      ['512', 'idle', '1'],
    ]);
  });
});
