import { coldStartsIn } from '../../../src/core/verify/cold-starts.ts';

const cold = { cold: true };
const warm = { cold: false };

describe('coldStartsIn', () => {
  it('keeps cold requests sent alone and in a burst apart, each in its order', () => {
    const found = coldStartsIn(
      [
        { ms: 500, ...cold },
        { ms: 20, ...warm },
      ],
      [
        { ms: 700.25, ...cold },
        { ms: 21, ...warm },
        { ms: 650, ...cold },
      ],
    );
    expect(found).toEqual({ aloneMs: [500], burstMs: [700.25, 650] });
  });

  it('leaves out a cold request that failed: its time is no latency', () => {
    expect(coldStartsIn([{ ms: 3, ...cold, fault: 'answered 500' }], [{ ms: 9, ...cold }])).toEqual({
      aloneMs: [],
      burstMs: [9],
    });
  });

  it('tells "none was cold" from "no answer says"', () => {
    expect(coldStartsIn([{ ms: 1, ...warm }], [])).toEqual({ aloneMs: [], burstMs: [] });
    expect(coldStartsIn([{ ms: 1 }], [{ ms: 1, fault: 'refused' }])).toBeUndefined();
  });

  it('gives whole microseconds, as the samples of the load are', () => {
    expect(coldStartsIn([{ ms: 12.345_678, ...cold }], [])?.aloneMs).toEqual([12.346]);
  });
});
