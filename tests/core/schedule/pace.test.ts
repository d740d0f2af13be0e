import fc from 'fast-check';
import { paceOf } from '../../../src/core/schedule/pace.ts';
import { closedLoad, openLoad } from '../../support/loads.ts';

const at = (concurrency: number) => ({ ...closedLoad, concurrency });

describe('paceOf', () => {
  it('is one request after another on one connection', () => {
    expect(paceOf(at(1), {}, { meanMs: 20 })).toBe(50);
    expect(paceOf(at(1), {}, { meanMs: 20, burst: { connections: 10, meanMs: 90 } })).toBe(50);
  });

  it('grows with the connections where the burst was no slower', () => {
    expect(paceOf(at(100), {}, { meanMs: 20, burst: { connections: 10, meanMs: 19 } })).toBe(5_000);
    expect(paceOf(at(100), {}, { meanMs: 20 })).toBe(5_000);
  });

  it('is what the burst showed at the connections of the burst', () => {
    const seen = { meanMs: 20, burst: { connections: 10, meanMs: 110 } };
    expect(paceOf(at(10), {}, seen)).toBeCloseTo(10_000 / 110, 9);
  });

  it('stands still where all wait for one thing, however many connections there are', () => {
    // Served one at a time in 10 ms: alone 10 ms, the tenth of ten waits for nine others.
    const seen = { meanMs: 10, burst: { connections: 10, meanMs: 100 } };
    expect(paceOf(at(10), {}, seen)).toBeCloseTo(100, 9);
    expect(paceOf(at(1_000), {}, seen)).toBeCloseTo(100, 9);
  });

  it('never passes the rate that the target or its store lets through', () => {
    expect(paceOf(at(100), { maxRate: 100 }, { meanMs: 10 })).toBe(100);
    expect(paceOf(at(100), { maxRate: 100 })).toBe(100);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0.1, max: 1e5, noNaN: true }),
        fc.double({ min: 0.1, max: 1e5, noNaN: true }),
        fc.double({ min: 0.1, max: 5_000, noNaN: true }),
        (concurrency, meanMs, busyMs, maxRate) => {
          const seen = { meanMs, burst: { connections: 10, meanMs: busyMs } };
          const pace = paceOf(at(concurrency), { maxRate }, seen);
          expect(pace).toBeLessThanOrEqual(maxRate);
          expect(pace).toBeLessThanOrEqual(((concurrency * 1000) / meanMs) * (1 + 1e-12));
          expect(pace).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('is not known before Verify, nor of an open load', () => {
    expect(paceOf(at(100), {})).toBe(Infinity);
    expect(paceOf(openLoad, { maxRate: 10 }, { meanMs: 10 })).toBe(Infinity);
  });
});
