import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { InputError } from '../../../src/core/errors.ts';
import { Histogram } from '../../../src/core/histogram/histogram.ts';

/** A good encoding whose inner bytes were changed by `spoil`. */
const spoilt = (spoil: (plain: Buffer) => Buffer): string => {
  const histogram = Histogram.create();
  histogram.record(1000);
  const bytes = Buffer.from(histogram.encode(), 'base64');
  const deflated = deflateSync(spoil(Buffer.from(inflateSync(bytes.subarray(8)))));
  const head = Buffer.from(bytes.subarray(0, 8));
  head.writeInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
};

const withCounters = (plain: Buffer, ...counters: Buffer[]): Buffer => {
  const whole = Buffer.concat([plain.subarray(0, 40), ...counters]);
  whole.writeInt32BE(whole.length - 40, 4);
  return whole;
};

/** One counter of 2^53 - 1, which is exact and as much as there can be. */
const most = Buffer.from('feffffffffffff1f', 'hex');

const foreign = (options: Parameters<typeof build>[0], value: number): string => {
  const histogram = build(options);
  histogram.recordValue(value);
  return encodeIntoCompressedBase64(histogram);
};

describe('Histogram.decode', () => {
  it('keeps counters beyond 32 bits', () => {
    let histogram = Histogram.create();
    histogram.record(7);
    for (let i = 0; i < 40; i++) {
      const twice = Histogram.decode(histogram.encode());
      twice.merge(histogram);
      histogram = twice;
    }
    expect(Histogram.decode(histogram.encode()).count).toBe(2 ** 40);
  });

  it.each([
    ['nothing', '', /another cookie/],
    ['no base64', '%%%', /another cookie/],
    ['another cookie', Buffer.alloc(50, 1).toString('base64'), /data with another cookie/],
    ['a lost end', Histogram.create().encode().slice(0, -8), /cut short/],
    [
      'bytes that do not inflate',
      Buffer.from('1c84931400000004deadbeef', 'hex').toString('base64'),
      /inflate/,
    ],
    [
      'another inner cookie',
      spoilt((plain) => (plain.writeInt32BE(1, 0), plain)),
      /contents with another cookie/,
    ],
    ['a wrong inner length', spoilt((plain) => plain.subarray(0, plain.length - 1)), /counters cut short/],
    ['two significant digits', foreign({ numberOfSignificantValueDigits: 2 }, 5), /2 significant digits/],
    [
      'another unit',
      foreign({ lowestDiscernibleValue: 1000, highestTrackableValue: 1e7 }, 5000),
      /unit 1000/,
    ],
    ['values above one hour', foreign({ highestTrackableValue: 2 ** 50 }, 2 ** 45), /above one hour/],
    [
      'a counter without an end',
      spoilt((plain) => ((plain[plain.length - 1] = 0x80), plain)),
      /a counter cut short/,
    ],
    [
      'a counter of nine bytes',
      spoilt((plain) => withCounters(plain, Buffer.alloc(8, 0xff), Buffer.of(0x02))),
      /above 2\^53/,
    ],
    [
      'counters that no program counts to',
      spoilt((plain) => withCounters(plain, most, most)),
      /add up to more than 2\^53/,
    ],
    [
      'what inflates without end',
      spoilt((plain) => withCounters(plain, Buffer.alloc(1e6, 0x02))),
      /does not inflate/,
    ],
  ])('refuses %s', (_, text, why) => {
    expect(() => Histogram.decode(text)).toThrow(InputError);
    expect(() => Histogram.decode(text)).toThrow(why);
  });

  it('keeps the most that one counter can hold', () => {
    expect(Histogram.decode(spoilt((plain) => withCounters(plain, most))).count).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });

  it('either refuses damaged bytes or counts no more than a program can', () => {
    const damage = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { minLength: 1, maxLength: 8 });
    const damaged = (changes: readonly (readonly [number, number])[]) =>
      spoilt((plain) => {
        const counters = Buffer.from(plain.subarray(40));
        const whole = withCounters(plain, counters, counters, counters);
        for (const [at, byte] of changes) whole[40 + (at % (whole.length - 40))] = byte;
        return whole;
      });
    fc.assert(
      fc.property(damage, (changes) => {
        try {
          const { count, max } = Histogram.decode(damaged(changes));
          expect([Number.isSafeInteger(count), max <= 2 ** 32 || count === 0]).toEqual([true, true]);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
