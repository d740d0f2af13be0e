import { renderCsv } from '../../../src/core/report/csv.ts';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import type { TargetReport } from '../../../src/core/schema/report.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { firstColdName, firstColdsOf } from '../../../src/core/report/view-rows.ts';
import { coldStartSentences } from '../../../src/core/report/words.ts';
import { burstMs, coldReport as report } from './cold-run.ts';
import { targetIn } from './sample-run.ts';

const targetOf = (id: string): TargetReport => targetIn(report, id);
const html = renderHtml(viewOf(report));
const sectionOf = (id: string): string =>
  new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(html)?.[0] ?? '';

describe('firstColdsOf', () => {
  it('summarises alone and burst apart', () => {
    const { alone, burst } = firstColdsOf(targetOf('warm'));
    expect(alone).toMatchObject({ n: 1, meanMs: 454.182 });
    expect(burst).toMatchObject({ n: 9, minMs: 1830, maxMs: 2510 });
    expect(burst?.quantiles.p50).toMatchObject({ ms: 2045 });
    expect(burst?.quantiles.p99).toEqual({ neededN: 368 });
  });

  it('has nothing where verification saw no cold start, or did not run', () => {
    expect(firstColdsOf(targetOf('null')).burst).toBeUndefined();
    expect(firstColdsOf(targetOf('loaded'))).toEqual({});
  });

  it('claims nothing for a memory size that verification did not call', () => {
    expect(firstColdsOf({ ...targetOf('warm'), id: 'warm@1024' })).toEqual({});
  });
});

describe('firstColdName', () => {
  it('speaks of a deployment only where the run itself has just deployed', () => {
    expect(firstColdName('local', 'sync-counter')).toBe('first request after deployment');
    expect(firstColdName('local', 'url')).toBe('first request of the run');
    expect(firstColdName('aws', 'sync-counter')).toBe('first request of the run');
  });
});

describe('coldStartSentences', () => {
  it('says that n is small and that idling makes other cold starts', () => {
    for (const plane of ['local', 'aws'] as const) {
      const text = coldStartSentences({ ...report, plane }).join(' ');
      expect(text).toMatch(/too few to rank/);
      expect(text).toMatch(/idl/);
      expect(text).toContain('Failed counts');
    }
  });
});

describe('renderHtml', () => {
  it('fills the Cold column of a warm load and says what the figure is', () => {
    const cells = sectionOf('ranking').match(/<tr>[\s\S]*?<\/tr>/g) ?? [];
    const row = (id: string): string => cells.find((cell) => cell.includes(`</span>${id}`)) ?? '';
    expect(row('warm')).toMatch(
      /454 <small>\(1\)<\/small> <small class="sub">first request after deployment</,
    );
    expect(row('null')).toMatch(
      /188 <small>\(1\)<\/small> <small class="sub">first request after deployment</,
    );
    expect(row('loaded')).not.toContain('first request');
    expect(row('loaded')).toMatch(/\d+ <small>\(1\)<\/small>/);
  });

  it('marks every cold start once, and sets those of the load apart', () => {
    const figure = sectionOf('cold-starts');
    const [plots, rest = ''] = figure.split('</figure>');
    expect(plots?.split('legend')[1]?.match(/class="mark alone" style/g)).toHaveLength(2);
    expect(plots?.match(/class="mark burst" style/g)).toHaveLength(burstMs.length);
    expect(plots).toContain('9 cold in a burst, from 1,830 ms to 2,510 ms');
    expect(rest).toMatch(/Cold answers: response time/);
  });

  it('counts the requests of verification that failed: a cold start that timed out has no time', () => {
    expect(sectionOf('cold-starts')).toMatch(/2,510<\/td><td class="number">2<\/td>/);
  });

  it('says why there is none where verification saw none', () => {
    const targets = report.targets.map(({ verification: _, ...target }) => target);
    expect(renderHtml(viewOf({ ...report, targets }))).toContain('Verification saw no cold start');
  });
});

describe('renderMarkdown', () => {
  it('has the same figures with the same label', () => {
    const text = renderMarkdown(viewOf(report));
    expect(text).toContain('454 (1, first request after deployment)');
    expect(text).toContain('| warm | 454 (1) | 58 × | 9 | 2,045 (1,959–2,482) | 1,830 | 2,510 | 2 |');
    expect(text).toContain('| null | 188 (1) | 180 × | 0 | – | – | – | 2 |');
  });
});

describe('renderCsv', () => {
  it('adds a line for each kind of cold start that was seen, as wide as the head', () => {
    const lines = renderCsv(viewOf(report)).trimEnd().split('\r\n');
    const found = lines.filter((line) => /,cold-(alone|burst),/.test(line)).map((line) => line.split(','));
    expect(found.map((fields) => [fields[0], fields[8], fields[9], fields[10]])).toEqual([
      ['warm', 'cold-alone', '1', '2'],
      ['warm', 'cold-burst', '9', '2'],
      ['null', 'cold-alone', '1', '2'],
    ]);
    for (const fields of found) expect(fields).toHaveLength(lines[0]!.split(',').length);
  });
});
