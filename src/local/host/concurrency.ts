/** Counts invocations in flight against the reserved and the account's concurrency. Nothing ever queues. Pure. */

export type Throttle =
  'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

export interface Concurrency {
  /** Takes a place, or says which limit is reached. `reserved` 0 switches a function off. */
  enter(name: string, reserved: number | undefined): Throttle | undefined;
  leave(name: string): void;
}

/** @param account invocations at the same time over all functions */
export const createConcurrency = (account: number): Concurrency => {
  const inFlight = new Map<string, number>();
  let total = 0;
  return {
    enter: (name, reserved) => {
      const now = inFlight.get(name) ?? 0;
      if (reserved !== undefined && now >= reserved)
        return 'ReservedFunctionConcurrentInvocationLimitExceeded';
      if (total >= account) return 'ConcurrentInvocationLimitExceeded';
      inFlight.set(name, now + 1);
      total++;
      return undefined;
    },
    leave: (name) => {
      inFlight.set(name, (inFlight.get(name) ?? 1) - 1);
      total--;
    },
  };
};
