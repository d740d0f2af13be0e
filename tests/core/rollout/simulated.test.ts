import { createRandom } from '../../../src/core/stats/random.ts';
import { equal, rollOut, type World, worlds } from '../../../bench/rollouts-simulated.ts';

/** A shift of five minutes as the local plane's has it, where looks are small. Figures of thousands: bench/rollouts.mjs. */
const minutes = { looks: 5, lookRounds: 10, lookRequests: 15 };

const named = (name: string): World => worlds.find((world) => world.name === name)!;

const stoppedOf = (runs: number, world: World, change: typeof equal, alarmAfter: number): number => {
  const random = createRandom(11);
  const ended = Array.from({ length: runs }, () =>
    rollOut(random, world, change, { ...minutes, alarmAfter }),
  );
  return ended.filter(({ stopped }) => stopped !== undefined).length;
};

// Of 40 rollouts, 2 % each: 6 or more are stopped in 0.02 % of such series. Of 25, 95 % each: 20 or fewer in 0.7 %.
describe('rollouts with a known truth', () => {
  it.each(['tidy', 'drift: random walk', 'each its rounds, 5 %'])('of an equal version go on: %s', (name) => {
    expect(stoppedOf(40, named(name), equal, 1)).toBeLessThan(6);
  });

  it.each(['heavy tails', 'each its rounds, 10 %'])('of one 20 %% slower are stopped: %s', (name) => {
    expect(stoppedOf(25, named(name), { slower: 1.2, errors: 0 }, 2)).toBeGreaterThan(20);
  });

  it.each(['tidy', 'errors 0.5 %, bursts of both'])(
    'of one with 1 %% more errors are stopped: %s',
    (name) => {
      expect(stoppedOf(25, named(name), { slower: 1, errors: 0.01 }, 2)).toBeGreaterThan(20);
    },
  );
});
