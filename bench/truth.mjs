/**
 * How often verdicts and gates err, what they find, and how often intervals cover, by simulation with a known truth.
 * Run: npm run bench:truth [-- runs-per-case [seed ...]]
 * A world is a shape of latencies, how far calls of one round hang together, and how far rounds differ. Each target has rounds of its own, so
 * pairing gains nothing: the hardest case. Monte Carlo errors are those of a share p of n runs, sqrt(p (1 - p) / n).
 */
import { execFileSync } from 'node:child_process';
import { importSources } from './generator-sources.mjs';

/**
 * @typedef {import('../src/core/stats/distribution.ts').Distribution} Distribution
 * @typedef {import('../src/core/stats/verdict.ts').RoundQuantile} RoundQuantile
 * @typedef {typeof import('../src/core/stats/verdict.ts') & typeof import('../src/core/stats/many.ts')
 *   & typeof import('../src/core/stats/random.ts') & typeof import('../src/core/stats/distribution.ts')
 *   & typeof import('../src/core/stats/planner.ts') & typeof import('../src/core/stats/shares.ts')
 *   & typeof import('../src/core/stats/quantile-interval.ts')} Sources
 */
const modules = ['verdict', 'many', 'random', 'distribution', 'planner', 'shares', 'quantile-interval'];
const stats = /** @type {Sources} */ (
  await importSources(modules.map((name) => `src/core/stats/${name}.ts`))
);

const [given = '2000', ...rest] = process.argv.slice(2);
const runs = Number(given);
const seeds = rest.length === 0 ? [1, 2, 3] : rest.map(Number);

/** Of the standard normal distribution: Abramowitz and Stegun 26.2.17, good to 7.5e-8. */
const upperTail = (/** @type {number} */ z) => {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = series.reduceRight((total, c) => t * (c + total), 0);
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return z > 0 ? tail : 1 - tail;
};

/** The latency of a standard normal score, 8 to 10 ms at the median. @type {Record<string, (z: number) => number>} */
const shapes = {
  normal: (z) => Math.max(0.1, 10 + z),
  'log-normal 0.3': (z) => 10 * Math.exp(0.3 * z),
  'log-normal 0.5': (z) => 10 * Math.exp(0.5 * z),
  // Four of five around 10 ms, one around 30.
  bimodal: (z) => (z < 0.8416 ? 10 * Math.exp(0.1 * z) : 30 * Math.exp(0.1 * (z - 1.4))),
  'Pareto 2.5': (z) => 6 * upperTail(z) ** (-1 / 2.5),
};

/** @typedef {{ shape: string, ar: number, rounds: number }} World */
/** @type {World[]} */
const worlds = Object.keys(shapes).flatMap((shape) => [
  { shape, ar: 0, rounds: 0 },
  { shape, ar: 0.5, rounds: 0 },
  { shape, ar: 0, rounds: 0.05 },
  { shape, ar: 0, rounds: 0.1 },
]);

/** @typedef {() => number} Random */

/** @param {Random} random @param {World} world @returns {Distribution} */
const drawRound = (random, world, n = 150, scale = 1) => {
  const shape = shapes[world.shape] ?? Number;
  const shift = scale * Math.exp(world.rounds * stats.randomNormal(random));
  let z = stats.randomNormal(random);
  const values = Float64Array.from({ length: n }, () => {
    const value = shift * shape(z);
    z = world.ar * z + Math.sqrt(1 - world.ar ** 2) * stats.randomNormal(random);
    return value;
  });
  return /** @type {Distribution} */ (stats.distributionFromSamples(values));
};

/** @param {Random} random @param {World} world */
const drawRounds = (random, world, { rounds = 10, n = 150, scale = 1 } = {}) =>
  new Map(Array.from({ length: rounds }, (_, i) => [i + 1, drawRound(random, world, n, scale)]));

/** @param {Random} random @param {World} world @param {number} q @param {Parameters<typeof drawRounds>[2]} size */
const quantiles = (random, world, q, size) => stats.roundQuantiles(drawRounds(random, world, size), q);

/** @param {import('../src/core/stats/verdict.ts').Difference | undefined} difference */
const isDifferent = (difference) =>
  difference !== undefined && stats.verdictOf(difference).outcome === 'different';

/** A share in per cent with its Monte Carlo error. */
const shown = (/** @type {number} */ count, /** @type {number} */ of) => {
  const p = count / of;
  const error = Math.sqrt(Math.max(p * (1 - p), 1 / of) / of);
  return `${(100 * p).toFixed(1)} ± ${(100 * error).toFixed(1)}`.padStart(14);
};

/** In how many per cent of the runs `one` is true, over all seeds. */
const share = (/** @type {(random: Random) => boolean} */ one) => {
  const each = Math.ceil(runs / seeds.length);
  let count = 0;
  for (const seed of seeds) {
    const random = stats.createRandom(seed);
    for (let i = 0; i < each; i++) if (one(random)) count++;
  }
  return shown(count, each * seeds.length);
};

const nameOf = (/** @type {World} */ { shape, ar, rounds }) =>
  `${shape.padEnd(15)} ${ar > 0 ? `AR(1) ${ar}` : 'i.i.d.   '} rounds ${String(rounds * 100).padStart(2)} %`;

/** @param {string} title @param {readonly string[]} heads @param {(world: World) => readonly string[]} row */
const table = (title, heads, row, of = worlds) => {
  console.log(`\n${title}\n${''.padEnd(36)}${heads.map((head) => head.padStart(14)).join('')}`);
  for (const world of of) console.log(`${nameOf(world).padEnd(36)}${row(world).join('')}`);
};

const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
console.log(
  `commit ${commit}, ${runs} runs a case over the seeds ${seeds.join(', ')}; shares in % ± Monte Carlo error`,
);

/** @param {World} world @param {number} q @param {number} scale */
const found = (world, q, scale, size = {}) =>
  share((random) =>
    isDifferent(
      stats.pairedDifference(
        quantiles(random, world, q, size),
        quantiles(random, world, q, { ...size, scale }),
      ),
    ),
  );
table(
  '10 rounds x 150: called different (paired, alpha 1 %, minimum effect 5 %) of equal targets, and of one 20 % slower',
  ['equal p50', 'equal p99', '+20 % p50', '+20 % p99'],
  (world) => [found(world, 0.5, 1), found(world, 0.99, 1), found(world, 0.5, 1.2), found(world, 0.99, 1.2)],
);

/**
 * Two targets side by side while the host slows down by 30 % from the first round to the last, and jumps by 20 % for a third of them.
 * @param {World} world @param {number} scale
 */
const drifting = (world, scale, isPaired = true) =>
  share((random) => {
    const side = (/** @type {number} */ own) =>
      quantiles(random, world, 0.5, { scale: own }).map((one) => {
        const jump = one.round % 3 === 0 ? 1.2 : 1;
        return { ...one, value: one.value * (1 + (0.3 * one.round) / 10) * jump };
      });
    const [base, other] = [side(1), side(scale)];
    return isDifferent(
      isPaired ? stats.pairedDifference(base, other) : stats.unpairedDifference(base, other),
    );
  });
table(
  '10 rounds x 150 on a host that drifts by 30 % and jumps by 20 %: p50 called different, paired and (as between two runs) unpaired',
  ['equal', '+20 %', 'equal, unp.', '+20 %, unp.'],
  (world) => [
    drifting(world, 1),
    drifting(world, 1.2),
    drifting(world, 1, false),
    drifting(world, 1.2, false),
  ],
  worlds.filter(({ shape }) => shape === 'log-normal 0.3' || shape === 'bimodal'),
);

/** Rounds that the planner asks for from a pilot run, and what they find. @param {World} world @param {number} q */
const planned = (world, q) => {
  const random = stats.createRandom(7);
  const pilots = Array.from({ length: 50 }, () =>
    stats.pairedDifference(quantiles(random, world, q, {}), quantiles(random, world, q, {})),
  );
  const variances = pilots.map((pilot) => (pilot === undefined ? NaN : pilot.error ** 2 * pilot.rounds));
  const spread = Math.sqrt(variances.reduce((sum, one) => sum + one, 0) / variances.length);
  const rounds = stats.roundsToFind(0.2, spread, stats.verdictDefaults);
  if (rounds === undefined) return ['> 50'.padStart(14), '-'.padStart(14)];
  return [String(rounds).padStart(14), found(world, q, 1.2, { rounds })];
};
table(
  'The planner: rounds of 150 that it takes to find 20 % in 95 of 100 runs, and in how many they do',
  ['p50 rounds', 'found', 'p99 rounds', 'found'],
  (world) => [...planned(world, 0.5), ...planned(world, 0.99)],
);

const shares = [0.5, 0.9, 0.99];
/** The quantiles over all rounds that there could be. @param {World} world */
const truth = (world) => {
  const random = stats.createRandom(99);
  const values = Float64Array.from({ length: 2e6 }, () => {
    const shift = Math.exp(world.rounds * stats.randomNormal(random));
    return shift * (shapes[world.shape] ?? Number)(stats.randomNormal(random));
  }).sort();
  return shares.map((q) => values[Math.ceil(q * values.length) - 1] ?? NaN);
};
table(
  '10 rounds x 150: coverage of the printed 95 % intervals; without an upper bound, a share of',
  ['p50', 'p90', 'p99', 'p99 unbounded'],
  (world) => {
    const truths = truth(world);
    let unbounded = 0;
    const covered = shares.map((q, i) =>
      share((random) => {
        const rounds = [...drawRounds(random, world).values()];
        const all = stats.pooled(rounds);
        const interval = all && stats.roundsInterval(all, rounds, q);
        if (interval?.known !== true) return false;
        if (q === 0.99 && interval.high === Infinity) unbounded++;
        return interval.low <= (truths[i] ?? NaN) && (truths[i] ?? NaN) <= interval.high;
      }),
    );
    return [...covered, shown(unbounded, Math.ceil(runs / seeds.length) * seeds.length)];
  },
);

/** @param {World} world @param {number} rounds */
const anyOfSeven = (world, rounds, oddOne = world) =>
  share((random) => {
    const all = Array.from({ length: 7 }, (_, i) =>
      quantiles(random, i === 6 ? oddOne : world, 0.5, { rounds }),
    );
    const pairs = all.flatMap((a, i) => all.slice(i + 1).flatMap((b) => stats.pairedDifference(a, b) ?? []));
    const settings = { alpha: 0.05, minimumEffect: 0.05 };
    return stats.verdictsOf(pairs, settings).some(({ outcome }) => outcome === 'different');
  });
table(
  'Ranks: any false difference among 7 equal targets (Holm 5 %, moderated); odd: one whose rounds vary by 30 %',
  ['10 x 150', '10, odd one', '5 x 150'],
  (world) => [anyOfSeven(world, 10), anyOfSeven(world, 10, { ...world, rounds: 0.3 }), anyOfSeven(world, 5)],
);

/** Two runs: what a run does to all of it, target and floor alike. @param {number} effect @param {number} slower */
const gate = (/** @type {World} */ world, effect, slower, withFloor = true) =>
  share((random) => {
    const side = (scale = 1) => {
      const run = Math.exp(effect * stats.randomNormal(random));
      const floor = quantiles(random, { shape: 'log-normal 0.3', ar: 0, rounds: world.rounds / 2 }, 0.5, {
        scale: run,
      });
      return { floor, own: quantiles(random, world, 0.5, { scale: run * scale }) };
    };
    const [base, other] = [side(), side(slower)];
    const measured = stats.unpairedDifference(base.own, other.own);
    const net = stats.unpairedDifference(
      stats.relativeTo(base.floor, base.own),
      stats.relativeTo(other.floor, other.own),
    );
    const rose = (/** @type {typeof net} */ difference) =>
      isDifferent(difference) && (difference?.estimate ?? 0) > 0;
    return rose(measured) && (!withFloor || rose(net));
  });
const gated = worlds.filter(({ shape, rounds }) => shape.startsWith('log-normal') && rounds === 0.05);
for (const effect of [0, 0.05, 0.1])
  table(
    `diff: called slower between two runs (Welch, alpha 1 %) where runs differ by ${effect * 100} %`,
    ['equal, raw', 'equal', '+20 %'],
    (world) => [gate(world, effect, 1, false), gate(world, effect, 1), gate(world, effect, 1.2)],
    gated,
  );

/** Failures of requests, independent or in rounds that differ. @param {number} p @param {number} burst */
const failures = (/** @type {Random} */ random, p, burst) =>
  Array.from({ length: 10 }, () => {
    const own = burst === 0 ? p : p * Math.exp(burst * stats.randomNormal(random) - burst ** 2 / 2);
    return { of: 150, count: Array.from({ length: 150 }, random).filter((x) => x < own).length };
  });
console.log('\ndiff: called different by failures (Newcombe, 99 %), 10 rounds x 150');
console.log(
  `${''.padEnd(36)}${['1 % both', '1 % and 2 %', '1 % and 4 %'].map((head) => head.padStart(14)).join('')}`,
);
for (const [name, burst] of /** @type {const} */ ([
  ['independent', 0],
  ['in bursts (log sd 1 between rounds)', 1],
])) {
  const row = [0.01, 0.02, 0.04].map((p) =>
    share((random) => {
      const found = stats.shareDifference(failures(random, 0.01, burst), failures(random, p, burst), 0.99);
      return found !== undefined && (found.low > 0 || found.high < 0);
    }),
  );
  console.log(`${name.padEnd(36)}${row.join('')}`);
}
