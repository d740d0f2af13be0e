/** Trial: changes the copy of a function, so that no process of it is left, and sends it a few requests. */
import { InputError, messageOf } from '../core/errors.ts';
import { known } from '../core/known.ts';
import { trialKey } from '../core/keys.ts';
import { judge } from '../core/load/judge.ts';
import { connectMsOf } from '../core/load/opening.ts';
import { requestOf } from '../core/load/request.ts';
import type { Copy, Target } from '../core/schema/target.ts';
import type { Trial, TrialInput, TrialOutput, TrialRequest } from '../core/schema/trial.ts';
import type { Clock, Connection, FunctionSettings, ObjectStore, OpenConnection } from '../ports/index.ts';
import { readPlan } from './stored.ts';

export interface TrialDeps {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'now' | 'wallTime'>;
  readonly settings: FunctionSettings;
  /** @throws InputError for a target that cannot be sent to */
  readonly connectionOpener: (target: Target) => OpenConnection | Promise<OpenConnection>;
}

/** Milliseconds after which nothing more is sent; the function itself ends after 300 s, a request after at most 60. */
const budgetMs = 200_000;
const longestReason = 1_000;

type TargetWithCopy = Target & { readonly copy: Copy };

const findTarget = (targets: readonly Target[], targetId: string): TargetWithCopy => {
  const withCopy = targets.filter((target): target is TargetWithCopy => target.copy !== undefined);
  const target = withCopy.find(({ id }) => id === targetId);
  if (target !== undefined) return target;
  const ids = withCopy.map(({ id }) => id).join(', ');
  throw new InputError('targetId', targetId, `a target of the run that has a copy: ${ids}`);
};

const toMicrosecond = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Never rejects. */
const send = async (
  connection: Connection,
  target: Target,
  timeoutMs: number,
  warm: boolean,
): Promise<TrialRequest> => {
  const { sentMs, endMs, opening, result } = await connection.send(timeoutMs);
  const times = {
    ms: toMicrosecond(endMs - sentMs),
    ...known({ openingMs: opening === undefined ? undefined : toMicrosecond(connectMsOf(opening)) }),
    warm,
  };
  if ('error' in result) return { ...times, cold: false, fault: result.message.slice(0, longestReason) };
  const expectation = { kind: target.kind, expectedStatus: requestOf(target).expectedStatus };
  const { cold, error } = judge(result, expectation);
  const requestId = result.headers.get('x-request-id')?.slice(0, 200);
  return { ...times, cold, ...known({ requestId, fault: error?.message.slice(0, longestReason) }) };
};

interface Sent {
  readonly requests: readonly TrialRequest[];
  readonly reason?: string;
}

const sendAll = async (
  { clock, connectionOpener }: TrialDeps,
  target: TargetWithCopy,
  { simultaneous, warm }: TrialInput,
  timeoutMs: number,
  endMs: number,
): Promise<Sent> => {
  // By its URL, as the target itself is measured.
  const copy = { ...target, url: target.copy.url, functionArn: target.copy.functionArn };
  const open = await connectionOpener(copy);
  const first = open();
  const connections = [first, ...Array.from({ length: simultaneous - 1 }, open)];
  try {
    const requests = await Promise.all(
      connections.map((connection) => send(connection, copy, timeoutMs, false)),
    );
    for (let i = 0; i < warm; i++) {
      if (clock.now() >= endMs)
        return { requests, reason: `time was up after ${i} of ${warm} warm requests` };
      requests.push(await send(first, copy, timeoutMs, true));
    }
    return { requests };
  } finally {
    for (const connection of connections) connection.close();
  }
};

/** Why an idle trial would show something else than what it stands for; undefined where it does not. */
const otherSize = async (
  { settings }: TrialDeps,
  { copy }: TargetWithCopy,
  { memoryMb }: TrialInput,
): Promise<string | undefined> => {
  const found = await settings.memoryOf(copy.functionArn);
  return found === memoryMb ? undefined : `the copy has ${found} MB by now, not ${memoryMb}`;
};

const run = async (
  deps: TrialDeps,
  target: TargetWithCopy,
  input: TrialInput,
  timeoutMs: number,
): Promise<Sent & { readonly changeMs: number }> => {
  const { clock, settings } = deps;
  const startMs = clock.now();
  let changeMs = 0;
  try {
    if (input.force) {
      await settings.renew(target.copy.functionArn, input.memoryMb);
      changeMs = toMicrosecond(clock.now() - startMs);
    }
    const reason = input.force ? undefined : await otherSize(deps, target, input);
    if (reason !== undefined) return { changeMs, requests: [], reason };
    return { changeMs, ...(await sendAll(deps, target, input, timeoutMs, startMs + budgetMs)) };
  } catch (error) {
    return { changeMs, requests: [], reason: messageOf(error).slice(0, longestReason) };
  }
};

/**
 * Never rejects because of the target or its copy: what went wrong stands in the trial's object.
 * @throws InputError for a run that Plan did not make, or a target of it without a copy
 */
export const tryOnce = async (deps: TrialDeps, input: TrialInput): Promise<TrialOutput> => {
  const { targets, load } = await readPlan(deps.store, input.runId);
  const target = findTarget(targets, input.targetId);
  const startedAt = new Date(deps.clock.wallTime()).toISOString();
  const ran = await run(deps, target, input, load.timeoutMs);
  const made: Trial = { schema: 'latency-lab.trial.v1', ...input, startedAt, ...ran };
  const key = trialKey(input);
  await deps.store.put(key, JSON.stringify(made));
  return { key, requests: ran.requests.length, ...known({ reason: ran.reason }) };
};
