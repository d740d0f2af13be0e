import fc from 'fast-check';
import { counterFault, hitsOf, coldStartsIn } from '../../../src/core/verify/counter.ts';

const none = { sequential: [], concurrent: [], unacknowledged: 0 };

describe('counterFault', () => {
  it('finds none in an exact counter, whatever the order of concurrent answers', () => {
    const exact = fc
      .tuple(fc.nat(), fc.integer({ min: 1, max: 20 }), fc.nat(40))
      .chain(([start, turns, together]) =>
        fc
          .shuffledSubarray(
            Array.from({ length: together }, (_, i) => start + turns + i),
            { minLength: together },
          )
          .map((concurrent) => ({
            sequential: Array.from({ length: turns }, (_, i) => start + i),
            concurrent,
          })),
      );
    fc.assert(
      fc.property(exact, (counts) => {
        expect(counterFault({ ...counts, unacknowledged: 0 })).toBeUndefined();
      }),
    );
  });

  it('finds every single lost update: a count that comes twice', () => {
    const counts = fc.tuple(fc.integer({ min: 2, max: 50 }), fc.nat(), fc.nat());
    fc.assert(
      fc.property(counts, ([n, a, b]) => {
        const concurrent = Array.from({ length: n }, (_, i) => i + 1);
        fc.pre(a % n !== b % n);
        concurrent[a % n] = concurrent[b % n] ?? 0;
        expect(counterFault({ ...none, concurrent })).toContain(`gave only ${n - 1} different counts`);
      }),
    );
  });

  it('allows as many missing counts as requests failed, and no more', () => {
    const counts = { sequential: [1, 2, 5], concurrent: [6, 8] };
    expect(counterFault({ ...counts, unacknowledged: 3 })).toBeUndefined();
    expect(counterFault({ ...counts, unacknowledged: 2 })).toBe(
      '3 counts are missing between 1 and 8, but only 2 requests failed: something else counts, or requests count twice',
    );
  });

  it('finds stale answers', () => {
    expect(counterFault({ ...none, sequential: [1, 3, 2] })).toContain('3, then 2');
    expect(counterFault({ ...none, sequential: [1, 2, 4], concurrent: [3, 5] })).toContain(
      'sent after 4 had been answered got 3',
    );
  });

  it('finds nothing where nothing was answered', () => {
    expect(counterFault({ ...none, unacknowledged: 3 })).toBeUndefined();
  });
});

describe('hitsOf', () => {
  it.each([
    ['{"hits": 7}', 7],
    ['{"hits":0,"more":1}', 0],
  ])('reads %s', (body, hits) => {
    expect(hitsOf(body)).toBe(hits);
  });

  it.each(['', 'hits', 'null', '{}', '{"hits":"7"}', '{"hits":-1}', '{"hits":1.5}', '{"hits":1e300}'])(
    'finds no count in %j',
    (body) => {
      expect(hitsOf(body)).toBeUndefined();
    },
  );
});

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
