import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { openSends, parseLoad } from '../../../src/core/schema/load.ts';

describe('parseLoad', () => {
  it('gives the defaults of the closed model when nothing is given', () => {
    const defaults = { model: 'closed', requests: 150, concurrency: 1, warmup: 10, timeoutMs: 10_000 };
    for (const nothing of [undefined, {}]) expect(parseLoad(nothing)).toEqual(defaults);
  });

  it('takes a rate for the open model', () => {
    expect(parseLoad({ rate: 200, durationSeconds: 30, timeoutMs: 500 })).toEqual({
      model: 'open',
      rate: 200,
      durationSeconds: 30,
      warmup: 10,
      timeoutMs: 500,
      maxConnections: 200,
    });
  });

  it('leaves most of a short open run to be measured', () => {
    expect(parseLoad({ rate: 1, durationSeconds: 5 }).warmup).toBe(0);
    expect(parseLoad({ rate: 10, durationSeconds: 5 }).warmup).toBe(5);
  });

  it('takes fresh connections in both models', () => {
    expect(parseLoad({ connection: 'fresh' })).toMatchObject({ model: 'closed', connection: 'fresh' });
    const open = parseLoad({ connection: 'fresh', rate: 1, durationSeconds: 10 });
    expect(open).toMatchObject({ model: 'open', connection: 'fresh' });
  });

  it('takes a profile for the open model, whose highest rate and length it tells', () => {
    const profile = [
      { rate: 10, toRate: 90, seconds: 20 },
      { rate: 40, seconds: 5 },
    ];
    const load = parseLoad({ profile, poissonSeed: 3 });
    expect(load).toEqual({
      ...{ model: 'open', rate: 90, durationSeconds: 25, profile, poissonSeed: 3 },
      ...{ warmup: 10, timeoutMs: 10_000, maxConnections: 90 },
    });
    expect(load.model === 'open' && openSends(load)).toBe(50 * 20 + 40 * 5);
  });

  it.each([
    [{ requests: 0 }, 'requests', '0'],
    [{ requests: -1 }, 'requests', '-1'],
    [{ requests: 1e12 }, 'requests', '1000000000000'],
    [{ requests: 1.5 }, 'requests', '1.5'],
    [{ requests: NaN }, 'requests', '"NaN"'],
    [{ requests: '300' }, 'requests', '"300"'],
    [{ requests: null }, 'requests', 'null'],
    [{ concurrency: 1001 }, 'concurrency', '1001'],
    [{ warmup: -1 }, 'warmup', '-1'],
    [{ timeoutMs: 0 }, 'timeoutMs', '0'],
    [{ connection: 'pooled' }, 'connection', '"pooled"'],
    [{ timeoutMs: Infinity }, 'timeoutMs', '"Infinity"'],
    [{ rate: 100 }, 'durationSeconds', 'nothing'],
    [{ rate: 0, durationSeconds: 1 }, 'rate', '0'],
    [{ rate: 5001, durationSeconds: 1 }, 'rate', '5001'],
    [{ rate: NaN, durationSeconds: 1 }, 'rate', '"NaN"'],
    [{ rate: 1, durationSeconds: 43_201 }, 'durationSeconds', '43201'],
    [{ durationSeconds: 5 }, 'rate', 'nothing'],
    [{ rate: 1, durationSeconds: 5, requests: 10 }, 'requests', '10'],
    [{ rate: 1, durationSeconds: 5, warmup: 5 }, 'warmup', '5'],
    [{ model: 'open' }, 'rate', 'nothing'],
    [{ profile: [] }, 'profile', '"0 entries"'],
    [{ profile: 'ramp' }, 'profile', '"ramp"'],
    [{ profile: [{ rate: 5, seconds: 5 }], rate: 5 }, 'rate', '5'],
    [{ profile: [{ rate: 5, seconds: 5 }], requests: 5 }, 'requests', '5'],
    [{ profile: [{ rate: 5, seconds: 5 }], warmup: 25 }, 'warmup', '25'],
    [{ profile: [{ rate: NaN, seconds: 5 }] }, 'profile[0].rate', '"NaN"'],
    [{ profile: [{ rate: 1e9, seconds: 5 }] }, 'profile[0].rate', '1000000000'],
    [{ profile: [{ rate: 5, toRate: 5001, seconds: 5 }] }, 'profile[0].toRate', '5001'],
    [{ profile: [{ rate: 5, seconds: 0 }] }, 'profile[0].seconds', '0'],
    [{ profile: [{ rate: 5, seconds: 5, until: 9 }] }, 'profile[0].until', '9'],
    [{ profile: [{ rate: 0, seconds: 5 }] }, 'profile', '[{"rate":0,"seconds":5}]'],
    [{ profile: [{ rate: 5000, seconds: 201 }] }, 'profile', '[{"rate":5000,"seconds":201}]'],
    [{ profile: [{ rate: 1, seconds: 841 }] }, 'profile', '[{"rate":1,"seconds":841}]'],
    [{ poissonSeed: 1 }, 'rate', 'nothing'],
    [{ rate: 1, durationSeconds: 5, poissonSeed: 0.5 }, 'poissonSeed', '0.5'],
    [{ rate: 5000, durationSeconds: 201, poissonSeed: 1 }, 'durationSeconds', '201'],
    [{ model: 'burst' }, 'model', '"burst"'],
    [{ request: 10 }, 'request', '10'],
    [[], 'load', '[]'],
    ['fast', 'load', '"fast"'],
    [null, 'load', 'null'],
  ])('refuses %j and names the field, what was given and what is allowed', (given, field, shown) => {
    const attempt = () => parseLoad(given);
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(
      new RegExp(`^${`${field}: given ${shown}`.replace(/[[\]{}.]/g, '\\$&')}; allowed: `),
    );
  });

  it('either returns a profile within bounds or throws InputError, whatever it is given', () => {
    const anything = fc.record(
      {
        rate: fc.anything(),
        durationSeconds: fc.double(),
        requests: fc.anything(),
        concurrency: fc.integer(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anything, (given) => {
        try {
          const load = parseLoad(given);
          expect(load.model === 'open' ? load.rate * load.durationSeconds : load.requests).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
