/**
 * How many rollouts the rules stop, by simulation with a known truth: of an equal version, of one 20 % slower, and of one that fails in 1 % more
 * of its requests.
 * Run: npm run bench -- rollouts, or node bench/rollouts.mjs [rollouts-a-case [equal|slower|errors]]
 */
import { execFileSync } from 'node:child_process';
import { importSources } from './generator-sources.mjs';

/** @typedef {typeof import('./rollouts-simulated.ts') & typeof import('../src/core/stats/random.ts')} Sources */
const { rollOut, worlds, equal, createRandom } = /** @type {Sources} */ (
  await importSources(['bench/rollouts-simulated.ts', 'src/core/stats/random.ts'])
);

const [given = '2000', only] = process.argv.slice(2);
const runs = Number(given);
const seeds = [1, 2];

/** Ten minutes of a shift, as the probe's own defaults have it; an equal version is stopped by a single look already. */
const minutes = { looks: 10, lookRounds: 10, lookRequests: 75 };

/** @param {number} count @param {number} of */
const shown = (count, of) => {
  const p = count / of;
  const error = Math.sqrt(Math.max(p * (1 - p), 1 / of) / of);
  return `${(100 * p).toFixed(1)} ± ${(100 * error).toFixed(1)}`.padStart(13);
};

/**
 * @param {import('./rollouts-simulated.ts').World} world
 * @param {import('./rollouts-simulated.ts').Change} change
 * @param {number} alarmAfter
 */
const count = (world, change, alarmAfter) => {
  const each = Math.ceil(runs / seeds.length);
  const stages = { 'pre-traffic': 0, shift: 0, 'post-traffic': 0 };
  /** @type {Record<string, number>} */
  const rules = {};
  /** @type {number[]} */
  const rounds = [];
  for (const seed of seeds) {
    const random = createRandom(seed);
    for (let i = 0; i < each; i++) {
      const ended = rollOut(random, world, change, { ...minutes, alarmAfter });
      rounds.push(ended.rounds);
      if (ended.stopped === undefined) continue;
      stages[ended.stopped.stage]++;
      rules[ended.stopped.rule] = (rules[ended.stopped.rule] ?? 0) + 1;
    }
  }
  rounds.sort((a, b) => a - b);
  const total = each * seeds.length;
  const stopped = stages['pre-traffic'] + stages.shift + stages['post-traffic'];
  return { stopped, stages, rules, total, median: rounds[total >> 1] ?? 0, most: rounds.at(-1) ?? 0 };
};

const cases = /** @type {const} */ ([
  ['equal', equal, 1],
  ['slower', { slower: 1.2, errors: 0 }, 2],
  ['errors', { slower: 1, errors: 0.01 }, 2],
]);
const titles = { equal: 'equal', slower: '20 % slower', errors: '1 % more errors' };

const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
console.log(
  `commit ${commit}, ${runs} rollouts a case over the seeds ${seeds.join(', ')}; shares in % ± Monte Carlo error`,
);
for (const [name, change, alarmAfter] of cases) {
  if (only !== undefined && only !== name) continue;
  const title = titles[name];
  console.log(
    `\n${title}${''.padEnd(32 - title.length)}${['stopped', 'pre', 'shift', 'post', 'rounds', 'most'].map((head) => head.padStart(13)).join('')}  by`,
  );
  for (const world of worlds) {
    const { stopped, stages, rules, total, median, most } = count(world, change, alarmAfter);
    const cells = [stopped, stages['pre-traffic'], stages.shift, stages['post-traffic']].map((n) =>
      shown(n, total),
    );
    const sizes = [median, most].map((n) => String(n).padStart(13));
    const by = Object.entries(rules).map(([rule, n]) => `${rule} ${n}`);
    console.log(`${world.name.padEnd(32)}${[...cells, ...sizes].join('')}  ${by.join(', ')}`);
  }
}
