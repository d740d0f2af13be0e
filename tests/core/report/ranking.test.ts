import type { Ranking } from '../../../src/core/schema/report.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { type Character, type RunSettings, sampleReport } from './sample-run.ts';

const rankingOf = (characters: readonly Character[], settings: Partial<RunSettings> = {}): Ranking =>
  sampleReport({ rounds: 8, requests: 60, seed: 5, characters, ...settings }).rankings[0]!;

const rows = ({ rows: all }: Ranking) => all.map(({ id, rank }) => [id, rank]);

describe('rankTargets', () => {
  const alike = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => ({ id, warmMs: 3, coldMs: 9 }));

  it('never lets a lower row outrank the one above', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const spread = alike.map((who, i) => ({ ...who, warmMs: 3 * 1.06 ** i }));
      const ranks = rankingOf(spread, { seed }).rows.map(({ rank = NaN }) => rank);
      expect(ranks).toEqual([...ranks].sort((x, y) => x - y));
    }
  });

  it('shares the first rank among equal targets', () => {
    expect(rankingOf(alike).rows.every(({ rank }) => rank === 1)).toBe(true);
  });

  it('lets a lost round cost its own pairs only, and nothing but that round', () => {
    const [a, b, c] = [
      { id: 'a', warmMs: 2, coldMs: 9 },
      { id: 'b', warmMs: 4, coldMs: 9, diesInRound: 3 },
      { id: 'c', warmMs: 8, coldMs: 9 },
    ];
    const { comparisons, ...ranking } = rankingOf([c, b, a]);
    expect(rows({ comparisons, ...ranking })).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    expect(comparisons.map(({ base, other, rounds }) => [base, other, rounds])).toEqual([
      ['a', 'b', 7],
      ['a', 'c', 8],
      ['b', 'c', 7],
    ]);
  });

  it('ranks by every planned request: half of the answers being cold cannot be hidden', () => {
    const cold = { id: 'cold', warmMs: 1, coldMs: 300, colds: 40 };
    expect(rows(rankingOf([cold, { id: 'steady', warmMs: 6, coldMs: 9 }]))).toEqual([
      ['steady', 1],
      ['cold', 2],
    ]);
  });

  it('tells what the run could see, and what it would take to see more', () => {
    const [p50, p99] = rankingOf(alike).sensitivity!;
    expect(p50).toMatchObject({ quantile: 'p50', rounds: 8, leastPerRound: 3 });
    expect(p50!.smallestFound).toBeGreaterThan(0.05);
    expect(p50!.smallestFound).toBeLessThan(0.4);
    expect(p50!.roundsFor.map(({ effect }) => effect)).toEqual([0.1, 0.2, 0.5]);
    expect(p99).toEqual({ quantile: 'p99', rounds: 0, roundsFor: [], leastPerRound: 150 });
    const text = renderMarkdown(viewOf(sampleReport({ rounds: 8, requests: 60, characters: alike })));
    expect(text).toMatch(/\| p50 \| \d+ % \| .*takes \d+ rounds of 60.* \| yes \|/);
    expect(text).toContain('| p99 | takes 150 requests a round | – | – | – |');
  });
});
