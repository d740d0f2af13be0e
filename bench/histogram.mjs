/**
 * The project's histogram beside hdr-histogram-js (plain JavaScript and WebAssembly), in turns, on the same values:
 * log-normal around 20 ms, as latencies are.
 * Run: node bench/histogram.mjs [blocks] [values]
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  initWebAssembly,
} from 'hdr-histogram-js';
import { host, importSources, quantileOf } from './generator-sources.mjs';

const [blocks = 15, n = 200_000] = process.argv.slice(2).map(Number);
/** @typedef {typeof import('../src/core/histogram/histogram.ts')} Sources */
const { Histogram } = /** @type {Sources} */ (await importSources(['src/core/histogram/histogram.ts']));
await initWebAssembly();

let seed = 1;
const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const values = Array.from({ length: n }, () => Math.round(20_000 * Math.exp(0.6 * normal())));
const shares = [0.5, 0.9, 0.95, 0.99, 0.999];

/**
 * The jobs of a generator (record, encode) and of a report (decode, merge, quantiles) with one kind of histogram.
 * @template H
 * @param {{ create: () => H, record: (h: H, value: number) => void, encode: (h: H) => string,
 *   decode: (text: string) => H, merge: (into: H, h: H) => void, quantile: (h: H, q: number) => number }} kind
 * @returns {() => Record<string, number>} milliseconds of each job
 */
const jobsOf = (kind) => () => {
  const histogram = kind.create();
  const sum = kind.create();
  /** @type {Record<string, number>} */
  const times = {};
  /** @type {<T>(name: string, job: () => T) => T} */
  const time = (name, job) => {
    const begin = performance.now();
    const result = job();
    times[name] = performance.now() - begin;
    return result;
  };
  time('record', () => {
    for (const value of values) kind.record(histogram, value);
  });
  const text = time('encode', () => kind.encode(histogram));
  const decoded = time('decode', () => kind.decode(text));
  time('merge', () => {
    kind.merge(sum, decoded);
  });
  time('quantiles', () => shares.map((q) => kind.quantile(sum, q)));
  return times;
};

const own = jobsOf({
  create: () => Histogram.create(),
  record: (h, value) => {
    h.record(value);
  },
  encode: (h) => h.encode(),
  decode: (text) => Histogram.decode(text),
  merge: (into, h) => {
    into.merge(h);
  },
  quantile: (h, q) => h.quantile(q),
});

const library = (/** @type {boolean} */ useWebAssembly) =>
  jobsOf({
    create: () =>
      build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3, useWebAssembly }),
    record: (h, value) => {
      h.recordValue(value);
    },
    encode: (h) => encodeIntoCompressedBase64(h),
    decode: (text) => decodeFromCompressedBase64(text, 32, useWebAssembly),
    merge: (into, h) => {
      into.add(h);
    },
    quantile: (h, q) => h.getValueAtPercentile(q * 100),
  });

/** @type {Record<string, () => Record<string, number>>} */
const all = { own, 'hdr-histogram-js': library(false), 'its WebAssembly': library(true) };

/** @type {Record<string, Record<string, number>[]>} */
const taken = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
for (let i = 0; i <= blocks; i++) {
  for (const [name, run] of Object.entries(all)) {
    const times = run();
    if (i > 0) taken[name]?.push(times); // the first block warms up the compiler
  }
}

const median = (/** @type {string} */ name, /** @type {string} */ job) =>
  quantileOf(
    (taken[name] ?? []).map((times) => times[job] ?? NaN),
    0.5,
  );
const jobs = Object.keys(taken['own']?.[0] ?? {});
console.log(`${host()}\n${n} values, medians of ${blocks} blocks, ms; in brackets: own time over it`);
console.log(''.padEnd(18) + jobs.map((job) => job.padStart(18)).join(''));
for (const name of Object.keys(all)) {
  const cells = jobs.map((job) => {
    const ratio = median('own', job) / median(name, job);
    return `${median(name, job).toFixed(3)} (${ratio.toFixed(2)})`.padStart(18);
  });
  console.log(name.padEnd(18) + cells.join(''));
}
