import { renderHtml } from '../../../src/core/report/html/page.ts';
import type { SplitFigure } from '../../../src/core/report/view-model.ts';
import { rolloutHeadline, rolloutReasons, rolloutView } from '../../../src/core/rollout/view.ts';
import { read } from '../../../src/core/schema/fields.ts';
import { rolloutRecord, type RolloutRecord } from '../../../src/core/schema/rollout-record.ts';
import { sampleRollout } from './sample-rollout.ts';

const splitOf = (record: RolloutRecord): SplitFigure => {
  const [block] = rolloutView(record).sections[0]!.blocks;
  if (block?.kind !== 'figure' || block.figure.kind !== 'split') throw new Error('no split');
  return block.figure;
};

describe('a rollout that was rolled back', () => {
  const record = sampleRollout(false);

  it('is a record as it is read', () => {
    expect(read(rolloutRecord, record, 'record')).toEqual(record);
  });

  it('says in its title who answers now, and under it what was found', () => {
    expect(rolloutHeadline(record)).toBe(
      'node-dynamodb: version 2 was rolled back; version 1 answers all requests',
    );
    expect(rolloutReasons(record)).toEqual([
      'p50 is 3.2 times as long as before (while weights shifted)',
      'CodeDeploy: a hook failed',
    ]);
  });

  it('gives CodeDeploy’s reason alone where no rule said stop', () => {
    expect(rolloutReasons({ ...record, evidence: [] })).toEqual(['CodeDeploy: a hook failed']);
  });

  it('shows the share of the new version over time, and the weight as it was set', () => {
    const { buckets, set, bands } = splitOf(record);
    const before = buckets.filter(({ atSeconds, seconds }) => atSeconds + seconds <= 35);
    const during = buckets.filter(({ atSeconds, seconds }) => atSeconds >= 35 && atSeconds + seconds <= 55);
    const after = buckets.filter(({ atSeconds }) => atSeconds >= 55);
    const mean = (some: typeof buckets): number =>
      some.reduce((sum, { share = NaN }) => sum + share, 0) / some.length;
    expect([mean(before), mean(after)]).toEqual([0, 0]);
    // 400 requests at a tenth.
    expect(Math.abs(mean(during) - 0.1)).toBeLessThan(0.07);
    expect(set.map(({ share }) => share)).toEqual([0, 0.1, 0]);
    expect(bands.map(({ text }) => text)).toEqual(['BeforeAllowTraffic', 'AllowTraffic']);
  });

  it('marks where requests failed', () => {
    const ok = record.traffic.ok.map((one, i) => (i === 800 ? 0 : one));
    const version = record.traffic.version.map((one, i) => (i === 800 ? -1 : one));
    const failed = splitOf({ ...record, traffic: { ...record.traffic, ok, version } }).buckets.filter(
      (bucket) => bucket.failed,
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]!.atSeconds).toBeLessThanOrEqual(40);
    expect(failed[0]!.atSeconds + failed[0]!.seconds).toBeGreaterThan(40);
  });
});

describe('the page of a rollout', () => {
  it('holds the record, and both distributions of each stage', () => {
    const record = sampleRollout(true);
    const html = renderHtml(rolloutView(record));
    const [, json = ''] =
      /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(json)).toEqual(record);
    expect(html.match(/<figure class="ridge">/g)).toHaveLength(2);
    expect(html).toContain('Before any traffic: response times');
    expect(html).toContain('Of 300 requests sent after the end, 300 were answered by the new version.');
  });

  it('says what there is where nothing was measured', () => {
    const none = { requestsPerSecond: 20, versions: [], atMs: [], ms: [], version: [], ok: [] };
    const html = renderHtml(
      rolloutView(
        sampleRollout(false, {
          ...{ end: 'unfinished', traffic: none, evidence: [], events: [] },
          afterwards: { requests: 0, asExpected: 0 },
        }),
      ),
    );
    expect(html).toContain('is neither promoted nor rolled back');
    expect(html).toContain('No hook measured anything.');
    expect(html).not.toContain('undefined');
    expect(html).not.toContain('NaN');
  });

  it('escapes what came from outside', () => {
    const attack = '"><script>alert(1)</script>';
    const html = renderHtml(rolloutView(sampleRollout(false, { evidence: [], reason: attack })));
    expect(html).not.toContain('<script>alert');
  });
});
