/** Runs invocations: a warm environment where one is idle, else a cold start; platform log lines; what the caller gets. */
import { type Concurrency, type Throttle, createConcurrency } from './concurrency.ts';
import { type Failure, failureOf, noBootstrap } from './failures.ts';
import type { Journal, Launcher, Prepared } from './launcher.ts';
import type { Status } from './log-lines.ts';
import { type Environment, type Pool, createPools } from './pools.ts';
import type { Answer, InitResult, Invocation, Sandbox, Timed } from './sandbox.ts';
import type { FunctionVersion } from './types.ts';

export interface Outcome {
  readonly payload: Buffer;
  /** The function failed: it threw, ended, or took too long. */
  readonly failure: Failure | undefined;
  /** The last 4 KB of the log, where asked for. */
  readonly tail: string | undefined;
}

export type InvokeResult =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'throttled'; readonly reason: Throttle };

export interface Executor {
  /** @throws UnsupportedFunctionError, or Error where the code is not there */
  invoke(
    fn: FunctionVersion,
    invocation: Invocation,
    options: { readonly reserved: number | undefined; readonly tail: boolean },
  ): Promise<InvokeResult>;
  /** Kills every function process. */
  close(): void;
}

/** Lambda's limit for initialisation before the first event; a longer one starts again inside the invocation. */
const initLimitMs = 10_000;
const idleLimitMs = 10 * 60_000;
const tailBytes = 4096;

interface ColdStart {
  readonly environment: Environment | undefined;
  /** Only where the first attempt succeeded, as on Lambda. */
  readonly initMs: number | undefined;
  /** Time that a second attempt took out of the invocation's own. */
  readonly spentMs: number;
  readonly failure: Failure | undefined;
}

/** A moment for output that is in the pipe already to be read, so that it stands before END. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createExecutor = (launcher: Launcher, accountConcurrency: number): Executor => {
  const pools = createPools();
  const concurrency: Concurrency = createConcurrency(accountConcurrency);
  const prepared = new WeakMap<Pool, Promise<Prepared>>();
  const sweeper = setInterval(() => {
    pools.expire(idleLimitMs);
  }, 60_000);
  sweeper.unref();

  const prepare = (fn: FunctionVersion, pool: Pool): Promise<Prepared> => {
    const known = prepared.get(pool);
    if (known !== undefined) return known;
    const started = launcher.prepare(fn);
    prepared.set(pool, started);
    started.catch(() => prepared.delete(pool));
    return started;
  };

  const attempt = async (
    ready: Prepared,
    journal: Journal,
    phase: 'init' | 'invoke',
    limitMs: number,
  ): Promise<{ sandbox: Sandbox | undefined; result: Timed<InitResult> }> => {
    const { command } = ready;
    if (command === undefined) throw new Error('no command');
    pools.makeRoom(accountConcurrency);
    const sandbox = await launcher.start(ready, command, journal, {
      initLimitMs: limitMs,
      throttled: phase === 'invoke',
    });
    pools.add(sandbox);
    const result = await sandbox.initialised;
    if (result.value.kind === 'ready') {
      sandbox.maxMemoryMb();
      return { sandbox, result };
    }
    const { errorType, status } = failureOf(result.value, '', limitMs);
    journal.write(journal.lines.initReport({ initMs: result.durationMs, phase, status, errorType }));
    return { sandbox: undefined, result };
  };

  /** Starts an environment. A failed initialisation is tried once more inside the invocation, as Lambda does. */
  const coldStart = async (ready: Prepared, pool: Pool, journal: Journal, id: string): Promise<ColdStart> => {
    const { fn } = ready;
    journal.write(journal.lines.initStart(fn.runtime));
    const wrap = (sandbox: Sandbox): Environment => ({ prepared: ready, journal, sandbox, pool, usedAt: 0 });
    const first = await attempt(ready, journal, 'init', initLimitMs);
    if (first.sandbox !== undefined) {
      const environment = wrap(first.sandbox);
      return { environment, initMs: first.result.durationMs, spentMs: 0, failure: undefined };
    }
    journal.write(journal.lines.start(id, fn.version));
    const { sandbox, result } = await attempt(ready, journal, 'invoke', fn.timeoutMs);
    const spentMs = result.durationMs;
    if (sandbox !== undefined)
      return { environment: wrap(sandbox), initMs: undefined, spentMs, failure: undefined };
    const failure = failureOf(result.value as Exclude<InitResult, { kind: 'ready' }>, id, fn.timeoutMs);
    return { environment: undefined, initMs: undefined, spentMs, failure };
  };

  const writeEnd = async (
    { fn, journal, sandbox }: { fn: FunctionVersion; journal: Journal; sandbox: Sandbox | undefined },
    requestId: string,
    {
      durationMs,
      initMs,
      failure,
    }: { durationMs: number; initMs: number | undefined; failure: Failure | undefined },
  ): Promise<void> => {
    await nextTurn();
    for (const line of failure?.lines ?? []) journal.write(line);
    const status: Status = failure?.status ?? 'success';
    const maxMemoryMb = failure?.errorType === 'Runtime.OutOfMemory' ? fn.memoryMb : sandbox?.maxMemoryMb();
    const report = { requestId, durationMs, initMs, memoryMb: fn.memoryMb, maxMemoryMb, status };
    journal.write(journal.lines.end(requestId));
    journal.write(journal.lines.report({ ...report, errorType: failure?.errorType }));
  };

  const takeTail = (journal: Journal): string => {
    const text = Buffer.from(`${(journal.tail ?? []).join('\n')}\n`);
    journal.tail = undefined;
    return text.subarray(-tailBytes).toString('base64');
  };

  const runOn = async (
    environment: Environment,
    invocation: Invocation,
    cold: { initMs: number | undefined; spentMs: number },
    wantTail: boolean,
  ): Promise<Outcome | undefined> => {
    const { journal, sandbox, prepared } = environment;
    const { fn } = prepared;
    sandbox.throttle();
    if (wantTail) journal.tail ??= [];
    const onStart = (): void => {
      if (cold.spentMs === 0) journal.write(journal.lines.start(invocation.requestId, fn.version));
    };
    const timed: Timed<Answer> = await sandbox.invoke(
      invocation,
      Math.max(1, fn.timeoutMs - cold.spentMs),
      onStart,
    );
    const { value } = timed;
    if (value.kind === 'untouched' && cold.initMs === undefined && cold.spentMs === 0) return undefined;
    pools.giveBack(environment);
    const failure =
      value.kind === 'response' ? undefined : failureOf(value, invocation.requestId, fn.timeoutMs);
    const durationMs = timed.durationMs + cold.spentMs;
    const written = writeEnd({ fn, journal, sandbox }, invocation.requestId, {
      durationMs,
      initMs: cold.initMs,
      failure,
    });
    if (wantTail) await written;
    const payload = value.kind === 'response' ? value.body : (failure?.payload ?? Buffer.alloc(0));
    return { payload, failure, tail: wantTail ? takeTail(journal) : undefined };
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
    if (wantTail) journal.tail = [];
    if (ready.command === undefined) {
      const failure = noBootstrap(requestId);
      journal.write(journal.lines.start(requestId, fn.version));
      await writeEnd({ fn, journal, sandbox: undefined }, requestId, {
        durationMs: 0,
        initMs: undefined,
        failure,
      });
      return { payload: failure.payload, failure, tail: wantTail ? takeTail(journal) : undefined };
    }
    const { environment, failure, ...cold } = await coldStart(ready, pool, journal, requestId);
    const outcome = environment && (await runOn(environment, invocation, cold, wantTail));
    if (outcome !== undefined) return outcome;
    const end = { durationMs: cold.spentMs, initMs: undefined, failure };
    await writeEnd({ fn, journal, sandbox: undefined }, requestId, end);
    return {
      payload: failure?.payload ?? Buffer.alloc(0),
      failure,
      tail: wantTail ? takeTail(journal) : undefined,
    };
  };

  const run = async (fn: FunctionVersion, invocation: Invocation, wantTail: boolean): Promise<Outcome> => {
    const pool = pools.of(fn);
    for (let warm = pools.takeIdle(pool); warm !== undefined; warm = pools.takeIdle(pool)) {
      const outcome = await runOn(warm, invocation, { initMs: undefined, spentMs: 0 }, wantTail);
      if (outcome !== undefined) return outcome;
    }
    return runCold(fn, pool, invocation, wantTail);
  };

  return {
    invoke: async (fn, invocation, { reserved, tail }) => {
      const reason = concurrency.enter(fn.name, reserved);
      if (reason !== undefined) return { kind: 'throttled', reason };
      try {
        return { kind: 'done', outcome: await run(fn, invocation, tail) };
      } finally {
        concurrency.leave(fn.name);
      }
    },
    close: () => {
      clearInterval(sweeper);
      pools.killAll();
    },
  };
};
