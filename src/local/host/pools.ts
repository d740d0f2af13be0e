/**
 * How many invocations may run, and in which warm execution environments. The one used last is reused first, as on
 * Lambda, so that those that are not needed grow old. Pure: it holds environments and kills them, but starts none.
 */
import type { Journal } from './journal.ts';
import type { Prepared } from './launcher.ts';
import type { Sandbox } from './sandbox.ts';
import type { FunctionVersion } from './functions.ts';

/** One warm or busy execution environment. */
export interface Environment {
  readonly prepared: Prepared;
  readonly journal: Journal;
  readonly sandbox: Sandbox;
  readonly pool: Pool;
  usedAt: number;
}

export interface Pool {
  readonly revision: string;
  readonly idle: Environment[];
  /** Its version was replaced: what comes back is killed. */
  retired: boolean;
}

export const createPools = (now: () => number = () => performance.now()) => {
  const pools = new Map<string, Pool>();
  const sandboxes = new Set<Sandbox>();

  const retire = (pool: Pool): void => {
    pool.retired = true;
    for (const { sandbox } of pool.idle.splice(0)) sandbox.kill();
  };

  const forgetDead = (): void => {
    for (const sandbox of sandboxes) if (!sandbox.alive) sandboxes.delete(sandbox);
  };

  const oldestIdle = (): Environment | undefined => {
    let oldest: Environment | undefined;
    for (const { idle } of pools.values())
      for (const environment of idle)
        if (oldest === undefined || environment.usedAt < oldest.usedAt) oldest = environment;
    return oldest;
  };

  const drop = (environment: Environment): void => {
    const { idle } = environment.pool;
    idle.splice(idle.indexOf(environment), 1);
    environment.sandbox.kill();
  };

  return {
    /** The pool of the version; one of an earlier revision of `$LATEST` is retired. */
    of: (fn: FunctionVersion): Pool => {
      const key = `${fn.name}:${fn.version}`;
      const known = pools.get(key);
      if (known?.revision === fn.revision) return known;
      if (known !== undefined) retire(known);
      const pool: Pool = { revision: fn.revision, idle: [], retired: false };
      pools.set(key, pool);
      return pool;
    },
    takeIdle: (pool: Pool): Environment | undefined => {
      for (let next = pool.idle.pop(); next !== undefined; next = pool.idle.pop())
        if (next.sandbox.alive) return next;
      return undefined;
    },
    giveBack: (environment: Environment): void => {
      const { pool, sandbox } = environment;
      if (!sandbox.alive) return;
      if (pool.retired) sandbox.kill();
      else {
        environment.usedAt = now();
        pool.idle.push(environment);
      }
    },
    /** Makes room for one more process by killing the one that is idle longest, if `limit` are there. */
    makeRoom: (limit: number): void => {
      forgetDead();
      const oldest = sandboxes.size >= limit ? oldestIdle() : undefined;
      if (oldest !== undefined) drop(oldest);
    },
    /** A process that is starting or busy counts too. */
    add: (sandbox: Sandbox): void => {
      sandboxes.add(sandbox);
    },
    /** Kills what was idle for longer than `idleMs`. */
    expire: (idleMs: number): void => {
      const before = now() - idleMs;
      for (const { idle } of pools.values())
        for (const environment of [...idle]) if (environment.usedAt < before) drop(environment);
    },
    killAll: (): void => {
      for (const sandbox of sandboxes) sandbox.kill();
    },
  };
};

export type Throttle =
  'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/**
 * Counts invocations in flight against the reserved and the account's concurrency. Nothing ever queues.
 * @param account invocations at the same time over all functions
 */
export const createConcurrency = (account: number) => {
  const inFlight = new Map<string, number>();
  let total = 0;
  return {
    /** Takes a slot, or says which limit is reached. `reserved` 0 switches a function off. */
    acquire: (name: string, reserved: number | undefined): Throttle | undefined => {
      const now = inFlight.get(name) ?? 0;
      if (reserved !== undefined && now >= reserved)
        return 'ReservedFunctionConcurrentInvocationLimitExceeded';
      if (total >= account) return 'ConcurrentInvocationLimitExceeded';
      inFlight.set(name, now + 1);
      total++;
      return undefined;
    },
    release: (name: string): void => {
      inFlight.set(name, (inFlight.get(name) ?? 1) - 1);
      total--;
    },
  };
};
