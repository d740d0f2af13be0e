import { setTimeout } from 'node:timers/promises';
import { inParallel } from '../../src/app/stored.ts';

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
