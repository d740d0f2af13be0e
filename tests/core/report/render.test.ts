import * as csv from '../../../src/core/report/csv.ts';
import { headlineOf } from '../../../src/core/report/headline.ts';
import { axisLabels } from '../../../src/core/report/html/plot.ts';
import * as page from '../../../src/core/report/html/page.ts';
import * as markdown from '../../../src/core/report/markdown.ts';
import type { Report } from '../../../src/core/schema/report.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { logAxis } from '../../../src/core/report/view-figures.ts';
import { type RunSettings, sampleReport } from './sample-run.ts';

const attack = '"><script>alert(1)</script></script><img src=x onerror=alert(1)>|`[x](javascript:1)';

const renderHtml = (report: Report): string => page.renderHtml(viewOf(report));
const renderMarkdown = (report: Report): string => markdown.renderMarkdown(viewOf(report));
const renderCsv = (report: Report): string => csv.renderCsv(viewOf(report));

const build = (settings: Partial<RunSettings> = {}): Report =>
  sampleReport({ requests: 150, seed: 3, ...settings }, { finishedAt: '2026-11-21T09:05:00.000Z' });
const report = build({ rounds: 5 });
const html = renderHtml(report);
const embedded = (page: string): unknown =>
  JSON.parse(/<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(page)?.[1] ?? '');

describe('headlineOf', () => {
  it('says who shares the first rank, and by how much the others are slower', () => {
    const { title, sentences } = headlineOf(report);
    expect(title).toMatch(/^(rust|cpp)-dynamodb and (rust|cpp)-dynamodb share the first rank/);
    expect(sentences.join(' ')).toMatch(
      /node-dynamodb takes 2\.\d+ times and python-dynamodb takes 3\.\d+ times as long/,
    );
    expect(sentences.join(' ')).toContain('Not ranked: python-s3 and lossy');
  });

  it('claims nothing beyond this run under five rounds', () => {
    const { title, sentences } = headlineOf(build());
    expect(title).toMatch(/^In this run /);
    expect(sentences.join(' ')).toContain('3 rounds speak of this run only');
  });

  it('names three ratios at most, the last of them the slowest', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => ({ id, warmMs: 2 ** i, coldMs: 99 }));
    expect(headlineOf(build({ characters: many })).sentences[1]).toMatch(
      /^At the median b takes \S+ times, c takes \S+ times and at the end f takes \S+ times as long\.$/,
    );
  });

  it('has words for one target, for none, and for a run that failed', () => {
    expect(headlineOf(build({ characters: [{ id: 'a', warmMs: 2, coldMs: 9 }] })).title).toMatch(
      /^a answered half/,
    );
    expect(headlineOf(build({ characters: [] })).title).toBe('No target was measured');
    const failed = { ...report, outcome: { ok: false, error: 'States.Timeout', cause: 'too slow' } };
    expect(headlineOf(failed).sentences[0]).toBe(
      'The run took longer than it may; this is what it left. Its cause: too slow.',
    );
    const odd = { ...report, outcome: { ok: false, error: 'Lambda.Unknown' } };
    expect(headlineOf(odd).sentences[0]).toBe('The run failed (Lambda.Unknown); this is what it left.');
  });
});

describe('targets ranked apart', () => {
  const apart = build({
    rounds: 1,
    characters: [
      { id: 'server', warmMs: 1, coldMs: 2, target: { vantage: 'server' } },
      { id: 'slow', warmMs: 9, coldMs: 90 },
      { id: 'null', kind: 'null', warmMs: 1, coldMs: 2 },
      { id: 'fast', warmMs: 3, coldMs: 30 },
    ],
  });
  const order = ['fast', 'slow', 'server', 'null'];

  it('stand below those that the headline speaks of, in every format', () => {
    const view = viewOf(apart);
    expect(view.title).toContain('fast answered fastest');
    expect(view.rows.map(({ target }) => target.id)).toEqual(order);
    expect(view.summary.table?.rows.map((cells) => cells[1])).toEqual(order);
    const rows = renderCsv(apart).split('\r\n').slice(1, -1);
    expect([...new Set(rows.map((row) => row.split(',')[0]))]).toEqual(order);
    for (const [text, before, after] of [
      [renderHtml(apart).split('id="ranking-title"')[1]!, '', '<'],
      [renderMarkdown(apart).split('## Ranking')[1]!, '| ', ' |'],
    ] as const) {
      const places = ['fast', 'slow', 'server'].map((id) => text.indexOf(before + id + after));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places).not.toContain(-1);
    }
  });
});

describe('words', () => {
  const one = build({
    rounds: 1,
    requests: 11,
    characters: [
      { id: 'a', warmMs: 2, coldMs: 9 },
      { id: 'b', warmMs: 3, coldMs: 9 },
    ],
  });

  it('count one as one', () => {
    const warm = { ...one, method: { ...one.method, load: { ...one.method.load, warmup: 1 } } };
    for (const page of [renderHtml(warm), renderMarkdown(warm)]) {
      const text = page.replace(/<script[^]*/, '');
      expect(text).toContain('1 round speaks of this run only');
      expect(text).toContain('closed model), 1 round');
      expect(text).toContain('The first request of each target');
      expect(text).not.toMatch(/\b1 (rounds|requests|answers|connections|workers)\b/);
    }
  });

  it('are those of people, not of the program', () => {
    const page = renderHtml(report)
      .replace(/<script[^]*/, '')
      .replace(/<style[^]*?<\/style>/, '');
    expect(page).not.toMatch(/sync-counter|not-timed|durationSeconds|timeoutMs|States\.|\balpha\b/);
  });
});

describe('renderHtml', () => {
  it('embeds the very report it shows', () => {
    expect(embedded(html)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('needs no network and runs no script', () => {
    expect(html).not.toMatch(
      /<(link|img|iframe|object|embed)\b|@import|url\(|src=|https?:\/\/(?!x\.execute-api)/i,
    );
    expect(html.match(/<script\b[^>]*>/g)).toEqual(['<script type="application/json" id="report-data">']);
    expect(html).toContain('content="default-src &#39;none&#39;;');
  });

  it('escapes whatever comes from outside', () => {
    const hostile = renderHtml(
      build({
        characters: [
          { id: 'a', warmMs: 2, coldMs: 9, target: { runtime: attack, vantage: attack } },
          { id: 'b', warmMs: 2, coldMs: 9, failing: { share: 0.5, kind: 'status', example: attack } },
          { id: 'c', warmMs: 2, coldMs: 9, failsVerification: attack },
        ],
        plan: { labels: { [attack]: attack }, leftOut: [{ id: attack, reason: attack }], runId: attack },
      }),
    );
    expect(hostile.match(/<script\b/g)).toHaveLength(1);
    expect(hostile.match(/<\/script/g)).toHaveLength(1);
    expect(hostile).not.toContain('<img');
    expect(embedded(hostile)).toMatchObject({ runId: attack });
  });

  it('says on its face that it is an emulation, only where it is one', () => {
    expect(html).toContain('Local emulation: compare code, not clouds');
    expect(renderHtml(build({ plan: { plane: 'aws' } }))).not.toContain('compare code, not clouds');
  });

  it('gives every table a caption and scoped heads, and every picture words', () => {
    const tables = html.match(/<table[\s\S]*?<\/table>/g) ?? [];
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      expect(table).toMatch(/<caption>[^<]+<\/caption>/);
      expect(table).not.toMatch(/<th(?![^>]*scope=)(?!ead)/);
    }
    expect(html.match(/role="img" aria-label="[^"]{20,}"/g)?.length).toBe(6 + 1 + 6 + 2);
    expect(html).not.toMatch(/<svg(?![^>]*(aria-hidden|class="key"))/);
  });

  it('tells every plot’s values, each plot from one stop of the Tab key', () => {
    const plots = html.split('class="readings"').slice(1);
    expect(plots).toHaveLength(6 + 1 + 6 + 2);
    const groups = plots.map((plot) =>
      [...plot.matchAll(/type="radio" name="([^"]*)"/g)].map(([, name]) => name),
    );
    for (const names of groups) expect(new Set(names).size).toBe(1);
    expect(new Set(groups.map(([name]) => name)).size).toBe(plots.length);
    expect(
      plots.flatMap((plot) => [...plot.matchAll(/<span>([^<]*)<\/span><\/label/g)].map(([, text]) => text)),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^[\d.]+ to [\d.]+ ms: \d+ warm answers?; p50 [\d.]+ ms$/),
        expect.stringMatching(/^p50: .*rust-dynamodb [\d.]+, .*null [\d.]+ ms$/),
        expect.stringMatching(/^round 1: median [\d.]+ ms, slowest [\d.]+ m?s, 0 failed$/),
      ]),
    );
  });

  it('closes every element it opens, in order', () => {
    const stack: string[] = [];
    const wrong: string[] = [];
    for (const [tag, closing, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?>/g)) {
      if (['meta', 'html', 'head'].includes(name) || tag.endsWith('/>')) continue;
      if (closing !== '/') stack.push(name);
      else if (stack.pop() !== name) wrong.push(tag);
    }
    expect(wrong).toEqual([]);
    expect(stack).toEqual([]);
  });

  it('says whose figures the floor is not part of', () => {
    expect(html).toContain('It is part of every figure above, and is subtracted from none.');
    const apart = build({
      characters: [
        { id: 'null', kind: 'null', warmMs: 1, coldMs: 2 },
        { id: 'server', warmMs: 2, coldMs: 9, target: { vantage: 'vpc' } },
        { id: 'function', warmMs: 3, coldMs: 9 },
      ],
    });
    expect(renderHtml(apart)).toContain('every figure above, but for server, called another way');
  });

  it('draws numbers only: no NaN, Infinity or undefined gets out', () => {
    const page = html.replace(/<script[\s\S]*<\/script>/, '');
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('renders a run that left nothing', () => {
    const empty = sampleReport({}, { verifications: [], cells: [] });
    expect(renderHtml(empty)).toContain('No target could be ranked');
    expect(renderHtml(empty)).not.toMatch(/NaN|undefined/);
  });

  it('shows reference figures with their caveats, and neither without the other', () => {
    expect(html).not.toContain('December 2021');
    const target = report.targets[1]!;
    const withReference = {
      ...report,
      targets: [{ ...target, reference: { meanMs: 60, dollars: 3.24, per: 'million requests' } }],
    };
    expect(renderHtml(withReference)).toContain('$3.24 per million requests');
    expect(renderHtml(withReference)).toContain('December 2021');
    expect(renderMarkdown(withReference)).toContain('public IPv4 addresses, which came later');
  });
});

describe('renderMarkdown', () => {
  it('has the same answer, ranking and reasons', () => {
    const text = renderMarkdown(report);
    expect(text).toContain(`# ${headlineOf(report).title}`);
    expect(text).toMatch(/\| 3 \| python-dynamodb \| \d\.\d+ \(/);
    expect(text).toContain('lossy: verification failed');
    expect(text).toContain('Local emulation: compare code, not clouds');
  });

  it('lets no text from outside break a table or become markup', () => {
    const text = renderMarkdown(build({ plan: { leftOut: [{ id: 'x', reason: `${attack}\n# big` }] } }));
    expect(text).not.toContain('<script');
    expect(text).not.toContain('\n# big');
    expect(text).not.toContain('[x](');
  });
});

describe('renderCsv', () => {
  const lines = renderCsv(report).trimEnd().split('\r\n');

  it('has a line per target, time and temperature, all as wide as the head', () => {
    expect(lines).toHaveLength(1 + report.targets.length * 6);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });

  it('tells the vantage that a rank counts in', () => {
    expect(lines[0]).toContain(',valid,called,vantage,rank,');
    expect(lines[1]).toContain(',true,http,this machine,');
  });

  it('gives figures unrounded and leaves empty what n cannot carry', () => {
    const head = lines[0]!.split(',');
    const row = lines
      .find((line) => line.startsWith('python-dynamodb,') && line.includes(',response,warm,'))!
      .split(',');
    const warm = report.targets.find((t) => t.id === 'python-dynamodb')!.response.warm!;
    expect(Number(row[head.indexOf('mean_ms')])).toBe(warm.meanMs);
    expect(row[head.indexOf('p99.9_ms')]).toBe('');
    expect(row[head.indexOf('rank')]).toBe('3');
  });

  it('quotes text and disarms formulas', () => {
    const target = { ...report.targets[0]!, id: '=HYPERLINK("x"),1' };
    expect(renderCsv({ ...report, targets: [target] })).toContain(`"'=HYPERLINK(""x""),1"`);
  });
});

const labelsOf = (...values: number[]): string[] =>
  [...String(axisLabels(logAxis(values))).matchAll(/<span[^>]*>([^<]*)</g)].map(([, label = '']) => label);

describe('axisLabels', () => {
  it('labels every step where there is room', () => {
    expect(labelsOf(2, 50)).toEqual(['2', '5', '10', '20', '50']);
  });

  it('leaves out those that would run into the ones at the ends, never the ends', () => {
    const labels = labelsOf(0.6, 9000);
    expect(labels.slice(0, 2)).toEqual(['0.5', '2']);
    expect(labels.slice(-2)).toEqual(['2,000', '10,000']);
  });
});
