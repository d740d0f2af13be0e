import { createStateTable } from '../../../src/local/host/state-table.ts';

describe('createStateTable', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const cacheOf = (load: (key: string) => Promise<number | undefined>) => {
    const table = createStateTable(() => Date.now());
    return { ...table, get: (key: string) => table.get(key, 1000, () => load(key)) };
  };

  it('loads once for many at the same time, then answers at once', async () => {
    const load = jest.fn(() => Promise.resolve<number | undefined>(7));
    const cache = cacheOf(load);
    expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual([7, 7]);
    expect(cache.get('a')).toBe(7);
    expect(load).toHaveBeenCalledTimes(1);
    cache.close();
  });

  it('refreshes in the background what is in use, so that nobody waits', async () => {
    let value = 1;
    const cache = cacheOf(() => Promise.resolve(value));
    await cache.get('a');
    value = 2;
    await jest.advanceTimersByTimeAsync(600);
    expect(cache.get('a')).toBe(2);
    cache.close();
  });

  it('never answers with something older than its age limit', async () => {
    let value = 1;
    const cache = cacheOf(() => Promise.resolve(value));
    await cache.get('a');
    cache.close();
    value = 2;
    jest.setSystemTime(1001);
    expect(await cache.get('a')).toBe(2);
  });

  it('stops refreshing what nobody asks for', async () => {
    const load = jest.fn(() => Promise.resolve<number | undefined>(1));
    const cache = cacheOf(load);
    await cache.get('a');
    await jest.advanceTimersByTimeAsync(20_000);
    const calls = load.mock.calls.length;
    await jest.advanceTimersByTimeAsync(20_000);
    expect(load).toHaveBeenCalledTimes(calls);
    cache.close();
  });

  it('forgets on clear, an answer still under way included', async () => {
    const answers: ((value: number) => void)[] = [];
    const cache = cacheOf(() => new Promise((resolve) => answers.push(resolve)));
    const old = cache.get('a');
    cache.clear();
    const fresh = cache.get('a');
    answers[1]?.(2);
    expect(await fresh).toBe(2);
    answers[0]?.(1);
    expect(await old).toBe(1);
    expect(cache.get('a')).toBe(2);
    cache.close();
  });

  it('keeps neither failures nor what is not there', async () => {
    const load = jest
      .fn<Promise<number | undefined>, [string]>()
      .mockRejectedValueOnce(new Error('down'))
      .mockResolvedValueOnce(undefined)
      .mockResolvedValueOnce(3);
    const cache = cacheOf(load);
    await expect(cache.get('a')).rejects.toThrow('down');
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.get('a')).toBe(3);
    cache.close();
  });
});
