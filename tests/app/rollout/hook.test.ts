import { type HookDeps, type HookStage, loadFor, runHook } from '../../../src/app/rollout/hook.ts';
import { activeRolloutKey, rolloutKey } from '../../../src/core/keys.ts';
import { readJson } from '../../../src/core/schema/fields.ts';
import { evidence } from '../../../src/core/schema/rollout.ts';
import { call, deploymentId, functionArn, rolloutWorld, target, type Version } from './world.ts';

const activeKey = activeRolloutKey('counter');
const time = { remainingMs: 870_000, signal: new AbortController().signal };

type World = ReturnType<typeof rolloutWorld>;

interface Given {
  readonly stage?: HookStage;
  readonly event?: object;
  readonly more?: Partial<HookDeps>;
  readonly within?: typeof time;
}

const run = (world: World, { stage = 'pre-traffic', event = {}, more = {}, within = time }: Given = {}) =>
  world.clock.run(runHook({ ...world.deps, ...more }, stage, { ...call, ...event }, within));

const evidenceOf = ({ objects }: World, stage: HookStage = 'pre-traffic') =>
  readJson(evidence, objects.get(rolloutKey(deploymentId, stage)) ?? '', 'evidence');

const stopping = (world: World, stage?: HookStage) =>
  evidenceOf(world, stage)
    .rules.filter(({ stop }) => stop)
    .map(({ rule }) => rule);

describe('PreTraffic', () => {
  it('lets a version pass that is no worse, and leaves word for the probe', async () => {
    const world = rolloutWorld({});
    expect(await run(world)).toEqual({ outcome: 'go-on', key: 'rollouts/d-ABCDEFGHI/pre-traffic.json' });
    expect(world.reports).toEqual(['d-ABCDEFGHI execution-1 Succeeded']);
    const found = evidenceOf(world);
    expect(found).toMatchObject({
      outcome: 'go-on',
      executionId: 'execution-1',
      baseVersion: '3',
      newVersion: '4',
    });
    expect(found.size.why).toContain('0 of 2550 failed at the version before');
    expect(found.rounds).toHaveLength(found.size.rounds);
    expect(found.rounds.every(({ base, next }) => base.ok === 150 && next.ok === 150)).toBe(true);
    expect(found.rules.map(({ rule }) => rule)).toEqual(['contract', 'measured', 'errors', 'p50', 'p99']);
    expect(JSON.parse(world.objects.get(activeKey) ?? '')).toEqual({
      ...{ deploymentId, targetId: 'counter', functionArn, alias: 'live', baseVersion: '3', newVersion: '4' },
    });
  });

  it('loads both alike by their versions, and not the production counter', async () => {
    const world = rolloutWorld({});
    await run(world);
    // Five one by one, then a tenth of a round, three tenths, a whole one.
    const requests = 5 + 15 + 45 + 150 + evidenceOf(world).rounds.length * 150;
    expect(world.invoked.get('3')).toBe(requests);
    expect(world.invoked.get('4')).toBe(requests + 9);
    expect([...world.counters.keys()]).toEqual(['canary']);
  });

  it.each<[string, Version, readonly string[]]>([
    ['is slower', { ms: 12 }, ['p50', 'p99']],
    ['fails now and then', { failsEvery: 60 }, ['errors']],
    ['fails more often than not', { failsEvery: 1 }, ['contract']],
    ['departs from the contract', { page: 'hello' }, ['contract']],
    ['hangs', { hangs: true }, ['contract']],
  ])('stops a version that %s', async (_, version, rules) => {
    const world = rolloutWorld({ '4': version });
    const late = { more: { invoker: timingOut(world) } };
    expect(await run(world, late)).toMatchObject({ outcome: 'stop' });
    expect(world.reports).toEqual(['d-ABCDEFGHI execution-1 Failed']);
    expect(stopping(world)).toEqual(rules);
    expect(world.objects.has(activeKey)).toBe(false);
  });

  it('does not ask a version that hangs for the rest of the contract', async () => {
    const world = rolloutWorld({ '4': { hangs: true } });
    await run(world, { more: { invoker: timingOut(world) } });
    expect(world.invoked.get('4')).toBe(3);
    expect(evidenceOf(world).rules[0]?.sentence).toContain('no answer');
  });

  it('asks a vector again before it calls it a departure', async () => {
    const world = rolloutWorld({ '4': { failsEvery: 5 }, '3': { failsEvery: 5 } });
    await run(world);
    expect(evidenceOf(world).rules[0]).toMatchObject({ rule: 'contract', stop: false });
    expect(stopping(world)).toEqual([]);
  });

  it('asks less of one that takes longer', async () => {
    const world = rolloutWorld({ '3': { ms: 80 }, '4': { ms: 80 } });
    await run(world);
    expect(evidenceOf(world).load.requestsPerSecond).toBeLessThan(25);
    expect(evidenceOf(world).rounds[0]?.base.planned).toBe(150);
  });

  it('takes the load that it is asked for', async () => {
    const world = rolloutWorld({});
    await run(world, { event: { requestsPerSecond: 20, roundSeconds: 1, rounds: 6 } });
    const { rounds, size, load } = evidenceOf(world);
    expect(load).toMatchObject({ requestsPerSecond: 20, roundSeconds: 1 });
    expect(rounds).toHaveLength(6);
    expect(size).toMatchObject({
      rounds: 6,
      requestsPerRound: 20,
      why: expect.stringContaining('No more than 6'),
    });
  });
});

/** Gives up after the time that a request has, as the real one does. */
const timingOut = ({ clock, deps }: World): HookDeps['invoker'] => ({
  invoke: (arn, payload, timeoutMs) =>
    Promise.race([
      deps.invoker.invoke(arn, payload, timeoutMs),
      clock.sleepUntil(clock.now() + timeoutMs).then(() => Promise.reject(new Error('no answer'))),
    ]),
});

describe('PostTraffic', () => {
  it('compares the alias with the version before, and ends the watch', async () => {
    const world = rolloutWorld({ '4': { ms: 12 } });
    world.objects.set(activeKey, '{}');
    world.alias.state = { version: '4' };
    expect(await run(world, { stage: 'post-traffic' })).toMatchObject({ outcome: 'stop' });
    expect(stopping(world, 'post-traffic')).toContain('p50');
    expect(evidenceOf(world, 'post-traffic').rounds).toHaveLength(10);
    expect([...world.invoked.keys()].sort()).toEqual(['3', 'live']);
    expect(world.objects.has(activeKey)).toBe(false);
  });

  it('ends the watch even where it then fails', async () => {
    const world = rolloutWorld({});
    world.objects.set(activeKey, '{}');
    await run(world, { stage: 'post-traffic', event: { rounds: 'many' } });
    expect(world.objects.has(activeKey)).toBe(false);
    expect(world.reports).toEqual(['d-ABCDEFGHI execution-1 Failed']);
  });
});

describe('a hook that is called twice for one event', () => {
  it('reports again what it found, and measures nothing', async () => {
    const world = rolloutWorld({});
    await run(world);
    const before = world.invoked.get('4');
    expect(await run(world)).toMatchObject({ outcome: 'go-on' });
    expect(world.invoked.get('4')).toBe(before);
    expect(world.reports).toEqual(Array(2).fill('d-ABCDEFGHI execution-1 Succeeded'));
  });

  it('leaves it to the first while that is at it', async () => {
    const world = rolloutWorld({});
    const first = runHook(world.deps, 'pre-traffic', call, time);
    const second = world.clock.sleepUntil(5_000).then(() => runHook(world.deps, 'pre-traffic', call, time));
    expect(await world.clock.run(second)).toMatchObject({ outcome: 'under way' });
    expect(world.reports).toEqual([]);
    await world.clock.run(first);
    expect(world.reports).toHaveLength(1);
  });

  it('measures anew where the first died, and for another event', async () => {
    const world = rolloutWorld({});
    await run(world);
    const { finishedAt: _, ...begun } = evidenceOf(world);
    world.objects.set(rolloutKey(deploymentId, 'pre-traffic'), JSON.stringify(begun));
    await world.clock.run(world.clock.sleepUntil(world.clock.now() + 60_000));
    const before = world.invoked.get('4') ?? 0;
    expect(await run(world)).toMatchObject({ outcome: 'go-on' });
    expect(world.invoked.get('4')).toBeGreaterThan(before);
    await run(world, { event: { LifecycleEventHookExecutionId: 'execution-2' } });
    expect(world.reports.at(-1)).toContain('execution-2');
    expect(evidenceOf(world).executionId).toBe('execution-2');
  });
});

describe('a hook that something goes wrong for', () => {
  it.each([
    [
      'no target is registered with the alias',
      {},
      { registry: { list: () => Promise.resolve([]) } },
      'counter:live',
    ],
    ['the deployment is another', {}, { deployments: refusing('no alias') }, 'no alias'],
    ['an option is wrong', { rounds: 2 }, {}, 'rounds: given 2; allowed: a whole number from 5'],
  ])('reports Failed where %s', async (_, event, more, why) => {
    const world = rolloutWorld({});
    const deployments = { ...world.deps.deployments, ...('deployments' in more ? more.deployments : {}) };
    await run(world, { event, more: { ...more, deployments } });
    expect(world.reports).toEqual(['d-ABCDEFGHI execution-1 Failed']);
    expect(world.said.join()).toContain(why);
  });

  it('refuses a target whose answers tell nothing', async () => {
    const queue = { ...target, kind: 'async-queue' } as const;
    const world = rolloutWorld({}, [queue]);
    await run(world);
    expect(world.said.join()).toContain('kind of target counter: given "async-queue"');
    expect(world.reports).toEqual(['d-ABCDEFGHI execution-1 Failed']);
  });

  it('reports in time where it would take too long, and writes nothing afterwards', async () => {
    const world = rolloutWorld({});
    const over = new AbortController();
    void world.clock.sleepUntil(5_000).then(() => {
      over.abort();
    });
    const within = { remainingMs: 870_000, signal: over.signal };
    expect(await run(world, { within })).toMatchObject({ outcome: 'stop' });
    const found = world.objects.get(rolloutKey(deploymentId, 'pre-traffic'));
    await world.clock.run(world.clock.sleepUntil(world.clock.now() + 60_000));
    expect(evidenceOf(world)).toMatchObject({ outcome: 'stop', finishedAt: expect.any(String) });
    expect(world.objects.get(rolloutKey(deploymentId, 'pre-traffic'))).toBe(found);
    expect(world.objects.has(activeKey)).toBe(false);
    expect(world.reports).toEqual(['d-ABCDEFGHI execution-1 Failed']);
  });

  it('tells CodeDeploy again where that does not listen, and in the end fails itself', async () => {
    const world = rolloutWorld({});
    const event = { requestsPerSecond: 20, roundSeconds: 1, rounds: 6 };
    let calls = 0;
    const report = () => (++calls < 3 ? Promise.reject(new Error('unreachable')) : Promise.resolve(true));
    const more = { deployments: { ...world.deps.deployments, report } };
    await run(world, { event, more });
    expect(calls).toBe(3);
    expect(world.said.filter((text) => text.includes('did not take Succeeded'))).toHaveLength(2);
    const deaf = {
      deployments: { ...world.deps.deployments, report: () => Promise.reject(new Error('gone')) },
    };
    await expect(run(world, { event, more: deaf })).rejects.toThrow('gone');
  });

  it('rejects an event that is none of CodeDeploy', async () => {
    const world = rolloutWorld({});
    await expect(runHook(world.deps, 'pre-traffic', { DeploymentId: 'd-1' }, time)).rejects.toThrow(
      'LifecycleEventHookExecutionId: given nothing',
    );
  });
});

function refusing(message: string) {
  return { shiftOf: () => Promise.reject(new Error(message)) };
}

describe('loadFor', () => {
  it('is what the store takes of both together', () => {
    expect(loadFor(target, {}, 5)).toMatchObject({ requestsPerSecond: 100, roundSeconds: 1.5 });
    const small = { ...target, maxRate: 10 };
    expect(loadFor(small, {}, 5)).toMatchObject({ requestsPerSecond: 5, roundSeconds: 30 });
  });

  it('is what they answer: one that takes long would take many processes', () => {
    expect(loadFor(target, {}, 100)).toMatchObject({ requestsPerSecond: 20, roundSeconds: 7.5 });
    expect(loadFor(target, {}, 10_000)).toMatchObject({ requestsPerSecond: 3, roundSeconds: 50 });
    expect(loadFor(target, { requestsPerSecond: 50 }, 10_000)).toMatchObject({ requestsPerSecond: 50 });
  });
});
