/** Runs invocations: a warm environment where one is idle, else a cold start; platform log lines; what the caller gets. */
import { coldStart, type Launcher, type Prepared } from './launcher.ts';
import { createConcurrency, createPools, type Environment, type Pool, type Throttle } from './pools.ts';
import { type Failure, failureOf, type Invocation, noBootstrap } from './invocation.ts';
import type { Account, Journal } from './journal.ts';
import type { FunctionVersion } from './functions.ts';

export interface Outcome {
  readonly payload: Buffer;
  /** The function failed: it threw, ended, or took too long. */
  readonly failure: Failure | undefined;
  /** As in the REPORT line, without initialisation. */
  readonly durationMs: number;
  /** The last 4 KB of the log in base64, where asked for. */
  readonly tail: string | undefined;
}

export type InvokeResult =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'throttled'; readonly reason: Throttle };

/** How the environment came to be; a warm one waited for nothing. */
interface Start {
  readonly initMs: number | undefined;
  readonly spentMs: number;
  readonly warm: boolean;
}

const warmStart: Start = { initMs: undefined, spentMs: 0, warm: true };

const idleLimitMs = 10 * 60_000;
const sweepMs = 60_000;

/** A moment for output that is in the pipe already to be read, so that it stands before END. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export type Executor = ReturnType<typeof createExecutor>;

export const createExecutor = (launcher: Launcher, accountConcurrency: number) => {
  const pools = createPools();
  const concurrency = createConcurrency(accountConcurrency);
  const prepared = new WeakMap<Pool, Promise<Prepared>>();
  const sweeper = setInterval(() => {
    pools.expire(idleLimitMs);
  }, sweepMs);
  sweeper.unref();

  const prepare = (fn: FunctionVersion, pool: Pool): Promise<Prepared> => {
    const known = prepared.get(pool);
    if (known !== undefined) return known;
    const started = launcher.prepare(fn);
    prepared.set(pool, started);
    started.catch(() => prepared.delete(pool));
    return started;
  };

  const tailOf = (journal: Journal, isWanted: boolean): string | undefined =>
    isWanted ? journal.takeTail() : undefined;

  /** Undefined: the environment was gone before it took the event, so that another one may. */
  const runOn = async (
    environment: Environment,
    invocation: Invocation,
    { initMs, spentMs, warm }: Start,
    wantTail: boolean,
  ): Promise<Outcome | undefined> => {
    const { journal, sandbox } = environment;
    const { fn } = environment.prepared;
    const { requestId } = invocation;
    sandbox.throttle();
    if (wantTail) journal.keepTail();
    const { value, durationMs } = await sandbox.invoke(
      invocation,
      Math.max(1, fn.timeoutMs - spentMs),
      () => {
        // A second attempt at initialisation stands after START already.
        if (spentMs === 0) journal.write(() => journal.lines.start(requestId, fn.version));
      },
    );
    if (value.kind === 'untouched' && warm) return undefined;
    const failure = value.kind === 'response' ? undefined : failureOf(value, requestId, fn.timeoutMs);
    const payload =
      value.kind === 'response' ? value.body : failureOf(value, requestId, fn.timeoutMs).payload;
    const written = nextTurn().then(() => {
      const account: Account = {
        durationMs: durationMs + spentMs,
        initMs,
        failure,
        maxMemoryMb: sandbox.maxMemoryMb(),
      };
      journal.writeEnd(requestId, account);
    });
    if (wantTail) await written;
    pools.giveBack(environment);
    return { payload, failure, durationMs: durationMs + spentMs, tail: tailOf(journal, wantTail) };
  };

  const runCold = async (
    fn: FunctionVersion,
    pool: Pool,
    invocation: Invocation,
    wantTail: boolean,
  ): Promise<Outcome> => {
    const ready = await prepare(fn, pool);
    const journal = launcher.openJournal(fn);
    const { requestId } = invocation;
    if (wantTail) journal.keepTail();
    const fail = (failure: Failure, spentMs: number): Outcome => {
      journal.writeEnd(requestId, {
        durationMs: spentMs,
        initMs: undefined,
        maxMemoryMb: undefined,
        failure,
      });
      return { payload: failure.payload, failure, durationMs: spentMs, tail: tailOf(journal, wantTail) };
    };
    const { command } = ready;
    if (command === undefined) {
      journal.write(journal.lines.start(requestId, fn.version));
      return fail(noBootstrap(requestId), 0);
    }
    pools.makeRoom(accountConcurrency);
    const onStarted = pools.add;
    const start = await coldStart(launcher, { prepared: ready, command, journal, requestId, onStarted });
    if (start.kind === 'failed') return fail(start.failure, start.spentMs);
    const environment: Environment = { prepared: ready, journal, sandbox: start.sandbox, pool, usedAt: 0 };
    const outcome = await runOn(environment, invocation, { ...start, warm: false }, wantTail);
    if (outcome === undefined) throw new Error('a cold start gives an outcome');
    return outcome;
  };

  const run = async (fn: FunctionVersion, invocation: Invocation, wantTail: boolean): Promise<Outcome> => {
    const pool = pools.of(fn);
    for (let warm = pools.takeIdle(pool); warm !== undefined; warm = pools.takeIdle(pool)) {
      const outcome = await runOn(warm, invocation, warmStart, wantTail);
      if (outcome !== undefined) return outcome;
    }
    return runCold(fn, pool, invocation, wantTail);
  };

  return {
    /** @throws UnsupportedFunctionError, or Error where the code is not there */
    invoke: async (
      fn: FunctionVersion,
      invocation: Invocation,
      { reserved, tail }: { readonly reserved: number | undefined; readonly tail: boolean },
    ): Promise<InvokeResult> => {
      const reason = concurrency.acquire(fn.name, reserved);
      if (reason !== undefined) return { kind: 'throttled', reason };
      try {
        return { kind: 'done', outcome: await run(fn, invocation, tail) };
      } finally {
        concurrency.release(fn.name);
      }
    },
    /** Kills every function process. */
    close: (): void => {
      clearInterval(sweeper);
      pools.killAll();
    },
  };
};
