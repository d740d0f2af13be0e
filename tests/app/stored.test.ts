import { setTimeout } from 'node:timers/promises';
import { inParallel, readAhead } from '../../src/app/stored.ts';

describe('inParallel', () => {
  it('keeps the order of the items, whichever ends first, and the limit', async () => {
    let underWay = 0;
    let most = 0;
    const results = await inParallel([5, 1, 3, 1], 2, async (ms) => {
      most = Math.max(most, ++underWay);
      await setTimeout(ms);
      underWay--;
      return ms * 10;
    });
    expect(results).toEqual([50, 10, 30, 10]);
    expect(most).toBe(2);
  });

  it('does nothing with no items', async () => {
    expect(await inParallel([], 8, () => Promise.reject(new Error('called')))).toEqual([]);
  });

  it('rejects with the first rejection', async () => {
    const work = (item: number) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item));
    await expect(inParallel([1, 2, 3], 1, work)).rejects.toThrow('two');
  });
});

describe('readAhead', () => {
  const numbers = Array.from({ length: 20 }, (_, i) => i);

  it('gives the results in order and never has more begun than were taken and its limit', async () => {
    let begun = 0;
    let taken = 0;
    const work = async (item: number): Promise<number> => {
      begun++;
      await setTimeout(item % 3);
      return item * 10;
    };
    const results: (readonly [number, number])[] = [];
    for await (const result of readAhead(numbers, 4, work)) {
      expect(begun - taken).toBeLessThanOrEqual(4);
      taken++;
      results.push(result);
    }
    expect(results).toEqual(numbers.map((n) => [n, n * 10]));
  });

  it('rejects with the failure of the item whose turn it is, and of no other', async () => {
    const work = (item: number) => (item > 2 ? Promise.reject(new Error(`item ${item}`)) : Promise.resolve());
    const taken: number[] = [];
    const takeAll = async (): Promise<void> => {
      for await (const [item] of readAhead(numbers, 8, work)) taken.push(item);
    };
    await expect(takeAll()).rejects.toThrow('item 3');
    expect(taken).toEqual([0, 1, 2]);
  });
});
