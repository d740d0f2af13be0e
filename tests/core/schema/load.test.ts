import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';

describe('parseLoad', () => {
  it('gives the defaults of the closed model when nothing is given', () => {
    const defaults = { model: 'closed', requests: 300, concurrency: 1, warmup: 10, timeoutMs: 10_000 };
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
    [{ model: 'burst' }, 'model', '"burst"'],
    [{ request: 10 }, 'request', '10'],
    [[], 'load', '[]'],
    ['fast', 'load', '"fast"'],
    [null, 'load', 'null'],
  ])('refuses %j and names the field, what was given and what is allowed', (given, field, shown) => {
    const attempt = () => parseLoad(given);
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(new RegExp(`^${field}: given ${shown.replace(/[[\]]/g, '\\$&')}; allowed: `));
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
