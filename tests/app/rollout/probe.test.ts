import { type Metrics, probe, type ProbeDeps } from '../../../src/app/rollout/probe.ts';
import { activeRolloutKey, rolloutKey } from '../../../src/core/keys.ts';
import { readJson } from '../../../src/core/schema/fields.ts';
import { evidence, type ProbeOptions } from '../../../src/core/schema/rollout.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { deploymentId, functionArn, rolloutWorld, target, type Version } from './world.ts';

const active = {
  deploymentId,
  targetId: 'counter',
  functionArn,
  alias: 'live',
  baseVersion: '3',
  newVersion: '4',
};
const shifting = { version: '3', other: { version: '4', weight: 0.1 } };

/** A minute's probe of a function whose alias shifts to a version such as this. */
const probed = (version: Version = {}, registered: readonly Target[] = [target]) => {
  const world = rolloutWorld({ '4': version }, registered);
  const { clock, objects, deps, alias, said } = world;
  const published: [string, Metrics][] = [];
  objects.set(activeRolloutKey('counter'), JSON.stringify(active));
  alias.state = shifting;
  const { store, registry, invoker, startPacer } = deps;
  const more: ProbeDeps = {
    ...{ clock, store, registry, invoker, startPacer },
    aliases: { stateOf: () => Promise.resolve(alias.state) },
    publish: (name, metrics) => published.push([name, metrics]),
    say: (message) => said.push(message),
  };
  const look = (options: ProbeOptions = {}, changed: Partial<ProbeDeps> = {}) =>
    clock.run(probe({ ...more, ...changed }, options));
  const seen = () => readJson(evidence, objects.get(rolloutKey(deploymentId, 'shift')) ?? '', 'evidence');
  return { ...world, look, published, seen };
};

const metrics = ({ published }: ReturnType<typeof probed>): Metrics => published.at(-1)?.[1] ?? {};

describe('probe', () => {
  it('compares both versions while the alias shifts, and raises no alarm for an equal one', async () => {
    const world = probed();
    expect(await world.look()).toEqual([{ functionName: 'counter', look: 1 }]);
    expect(world.invoked.get('3')).toBe(750);
    expect(world.invoked.get('4')).toBe(750);
    expect([...world.counters.keys()]).toEqual(['canary']);
    expect(world.published.map(([name]) => name)).toEqual(['counter']);
    const { P99RatioAtLeast, P50RatioAtLeast, ErrorShareRiseAtLeast, P99Ratio, P50Ratio } = metrics(world);
    expect(P99RatioAtLeast).toBeLessThanOrEqual(1);
    expect(P50RatioAtLeast).toBeLessThanOrEqual(1);
    expect(ErrorShareRiseAtLeast).toBe(0);
    expect(P50Ratio).toBeCloseTo(1, 1);
    expect(P99Ratio).toBeCloseTo(1, 1);
    expect(world.seen()).toMatchObject({ stage: 'shift', outcome: 'go-on' });
    expect(world.seen().rounds).toHaveLength(10);
    expect(world.seen().rounds[0]?.weight).toBe(0.1);
  });

  it('adds each look to those before, and asks for more of the later ones', async () => {
    const world = probed();
    await world.look();
    world.alias.state = { version: '4', other: { version: '3', weight: 0.25 } };
    expect(await world.look()).toEqual([{ functionName: 'counter', look: 2 }]);
    const { rounds, size } = world.seen();
    expect(rounds.map(({ round }) => round)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(rounds.at(-1)?.weight).toBe(0.75);
    expect(size.rounds).toBe(20);
  });

  it('publishes bounds above 1 for a version that is slower', async () => {
    const world = probed({ ms: 13 });
    await world.look();
    expect(metrics(world)['P50RatioAtLeast']).toBeGreaterThan(1.05);
    expect(metrics(world)['P99RatioAtLeast']).toBeGreaterThan(1.05);
    expect(metrics(world)['ErrorShareRiseAtLeast']).toBe(0);
    expect(world.seen().outcome).toBe('stop');
  });

  it('publishes a rise of the errors', async () => {
    const world = probed({ failsEvery: 20 });
    await world.look();
    expect(metrics(world)['ErrorShareRiseAtLeast']).toBeGreaterThan(0);
    expect(metrics(world)['P50RatioAtLeast']).toBeLessThanOrEqual(1);
  });

  it('judges p50 and errors by small looks as well, and p99 once there is enough', async () => {
    const world = probed({ ms: 13 });
    for (let minute = 1; minute < 5; minute++) await world.look({ seconds: 1.5, requestsPerSecond: 100 });
    expect(metrics(world)['P50RatioAtLeast']).toBeGreaterThan(1.05);
    expect(metrics(world)['P99RatioAtLeast']).toBe(0);
    await world.look({ seconds: 1.5, requestsPerSecond: 100 });
    expect(metrics(world)['P99RatioAtLeast']).toBeGreaterThan(0);
  });

  it.each([
    ['nothing shifts', { version: '3' }, active],
    ['the rollout that is noted is another', shifting, { ...active, newVersion: '5' }],
    ['no rollout is noted', shifting, undefined],
  ])('says that it is alive where %s', async (_, state, noted) => {
    const world = probed();
    world.alias.state = state;
    if (noted === undefined) world.objects.delete(activeRolloutKey('counter'));
    else world.objects.set(activeRolloutKey('counter'), JSON.stringify(noted));
    expect(await world.look()).toEqual([{ functionName: 'counter' }]);
    expect(world.published).toEqual([['counter', { P99RatioAtLeast: 0 }]]);
    expect(world.invoked.size).toBe(0);
  });

  it('is silent about what it cannot judge, and the others are probed all the same', async () => {
    const other: Target = {
      ...target,
      id: 'other',
      functionArn: functionArn.replace('counter', 'other') + ':live',
    };
    const url: Target = { version: 1, id: 'url', kind: 'url', url: 'http://example.com/' };
    const world = probed({ failsEvery: 1 }, [other, target, url]);
    const stateOf = (arn: string) =>
      arn.includes('other') ? Promise.reject(new Error('denied')) : Promise.resolve(shifting);
    expect(await world.look({}, { aliases: { stateOf } })).toEqual([
      { functionName: 'other', silent: true },
      { functionName: 'counter', look: 1, silent: true },
    ]);
    expect(world.published).toEqual([]);
    expect(world.said.join('\n')).toMatch(/denied[^]*too few answers at look 1/);
  });

  it('sends what a slow store takes', async () => {
    const world = probed({}, [{ ...target, maxRate: 10 }]);
    await world.look();
    expect(world.invoked.get('3')).toBe(150);
  });
});
