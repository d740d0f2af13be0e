import {
  createConcurrency,
  createPools,
  type Environment,
  type Pool,
} from '../../../src/local/host/pools.ts';
import type { Journal } from '../../../src/local/host/journal.ts';
import type { Prepared } from '../../../src/local/host/launcher.ts';
import type { Sandbox } from '../../../src/local/host/sandbox.ts';
import type { FunctionVersion } from '../../../src/local/host/functions.ts';

class FakeSandbox {
  alive = true;
  kill(): void {
    this.alive = false;
  }
}

const setUp = () => {
  const clock = { now: 0 };
  const pools = createPools(() => clock.now);
  const version = (name: string, revision = 'a'): FunctionVersion =>
    ({ name, version: '1', revision }) as Partial<FunctionVersion> as FunctionVersion;
  const start = (pool: Pool): Environment => {
    const sandbox = new FakeSandbox() as unknown as Sandbox;
    pools.add(sandbox);
    return { prepared: {} as Prepared, journal: {} as Journal, sandbox, pool, usedAt: 0 };
  };
  return { clock, pools, version, start };
};

describe('createPools', () => {
  it('reuses the environment used last, and skips dead ones', () => {
    const { pools, version, start } = setUp();
    const pool = pools.of(version('f'));
    const [one, two, three] = [start(pool), start(pool), start(pool)];
    for (const environment of [one, two, three]) pools.giveBack(environment);
    three.sandbox.kill();
    expect([pools.takeIdle(pool), pools.takeIdle(pool), pools.takeIdle(pool)]).toEqual([two, one, undefined]);
  });

  it('keeps one pool per version and retires it when the revision changes', () => {
    const { pools, version, start } = setUp();
    const pool = pools.of(version('f'));
    expect(pools.of(version('f'))).toBe(pool);
    const [idle, busy] = [start(pool), start(pool)];
    pools.giveBack(idle);
    expect(pools.of(version('f', 'b'))).not.toBe(pool);
    expect([idle.sandbox.alive, busy.sandbox.alive]).toEqual([false, true]);
    pools.giveBack(busy);
    expect(busy.sandbox.alive).toBe(false);
  });

  it('makes room by killing the environment that is idle longest, of any function', () => {
    const { clock, pools, version, start } = setUp();
    const environments = ['f', 'g', 'h'].map((name) => start(pools.of(version(name))));
    for (const [i, environment] of environments.entries()) {
      clock.now = [5, 3, 9][i]!;
      pools.giveBack(environment);
    }
    pools.makeRoom(4);
    expect(environments.map(({ sandbox }) => sandbox.alive)).toEqual([true, true, true]);
    pools.makeRoom(3);
    expect(environments.map(({ sandbox }) => sandbox.alive)).toEqual([true, false, true]);
  });

  it('expires what was idle too long', () => {
    const { clock, pools, version, start } = setUp();
    const pool = pools.of(version('f'));
    const [old, fresh] = [start(pool), start(pool)];
    pools.giveBack(old);
    clock.now = 100;
    pools.giveBack(fresh);
    clock.now = 150;
    pools.expire(100);
    expect([old.sandbox.alive, fresh.sandbox.alive, pools.takeIdle(pool)]).toEqual([false, true, fresh]);
    const killed = start(pool);
    pools.killAll();
    expect(killed.sandbox.alive).toBe(false);
  });
});

describe('createConcurrency', () => {
  it('counts per function and over all, and frees what is left', () => {
    const concurrency = createConcurrency(3);
    expect(concurrency.acquire('f', 1)).toBeUndefined();
    expect(concurrency.acquire('f', 1)).toBe('ReservedFunctionConcurrentInvocationLimitExceeded');
    expect(concurrency.acquire('g', undefined)).toBeUndefined();
    expect(concurrency.acquire('g', 5)).toBeUndefined();
    expect(concurrency.acquire('h', 5)).toBe('ConcurrentInvocationLimitExceeded');
    concurrency.release('f');
    expect(concurrency.acquire('f', 1)).toBeUndefined();
    expect(concurrency.acquire('off', 0)).toBe('ReservedFunctionConcurrentInvocationLimitExceeded');
  });
});
