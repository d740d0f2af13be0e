/** A rollout from its first request to its page. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lambdaAliases } from '../../adapters/aws/aliases.ts';
import { createLambdaClient } from '../../adapters/aws/function-invoker.ts';
import { InputError } from '../../core/errors.ts';
import { known } from '../../core/known.ts';
import { renderHtml } from '../../core/report/html/page.ts';
import { rolloutHeadline, rolloutReasons, rolloutView } from '../../core/rollout/view.ts';
import { read } from '../../core/schema/fields.ts';
import { rolloutRecord, type RolloutRecord, type Traffic } from '../../core/schema/rollout-record.ts';
import type { Target } from '../../core/schema/target.ts';
import type { AliasShift, AliasState, ObjectStore } from '../../ports/index.ts';
import type { Context } from '../context.ts';
import type { DeploymentState } from './deployments.ts';
import { shownPath } from '../text.ts';
import { type FollowedTo, followRollout, weightOf } from './follow.ts';
import { startClient } from './traffic.ts';

export interface WatchedRollout extends AliasShift {
  /** Makes the deployment where there is none yet. @returns its id */
  readonly begin: () => Promise<string>;
  readonly state: (deploymentId: string) => Promise<DeploymentState>;
  readonly target: Target & { readonly url: string; readonly functionArn: string };
  readonly store: Pick<ObjectStore, 'get'>;
  readonly requestsPerSecond: number;
  readonly minuteSeconds: number;
  readonly injected: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly died?: Promise<string>;
  readonly pollMs: number;
  readonly out: string;
  readonly json: boolean;
}

/** Seconds of traffic after the end, by which it is seen that nothing of the other version answers any more. */
const afterSeconds = 2;

/** Requests that are planned so soon after the end may have been under way when it was seen. */
const underWayMs = 100;

/** Requests planned after the end; those before may still be answered by the other. */
const afterwardsOf = (traffic: Traffic, endMs: number, expected: string): RolloutRecord['afterwards'] => {
  const late = [...traffic.atMs.keys()].filter((i) => (traffic.atMs[i] ?? 0) > endMs);
  const asExpected = late.filter((i) => traffic.versions[traffic.version[i] ?? -1] === expected).length;
  return { requests: late.length, asExpected };
};

/** By what the alias names now, whatever CodeDeploy says. */
const endOf = (
  { baseVersion, newVersion }: AliasShift,
  { state, cutShort }: FollowedTo,
  alias: AliasState,
): RolloutRecord['end'] => {
  if (cutShort !== undefined) return 'unfinished';
  if (state.status === 'Succeeded' && weightOf(alias, newVersion) === 1) return 'promoted';
  return weightOf(alias, baseVersion) === 1 ? 'rolled-back' : 'unfinished';
};

/** @throws Error where it is gone */
const aliasReader = (aliasArn: string): (() => Promise<AliasState>) => {
  const aliases = lambdaAliases(createLambdaClient());
  return async () => {
    const found = await aliases.stateOf(aliasArn);
    if (found === undefined) throw new Error(`there is no alias ${aliasArn} any more`);
    return found;
  };
};

const tell = async (
  context: Context,
  { out, json }: WatchedRollout,
  record: RolloutRecord,
): Promise<void> => {
  const page = join(out, 'rollout.html');
  await writeFile(join(out, 'rollout.json'), JSON.stringify(record), { mode: 0o600 });
  await writeFile(page, renderHtml(rolloutView(record)), { mode: 0o600 });
  const { print, terminal } = context;
  if (json) print(`${JSON.stringify(record, null, 2)}\n`);
  else {
    const reasons = rolloutReasons(record).map((reason) => `  ${reason}\n`);
    print(`${rolloutHeadline(record)}.\n${reasons.join('')}\nReport: ${shownPath(page)}\n`);
  }
  const failed = record.traffic.ok.filter((ok) => ok === 0).length;
  if (failed > 0)
    terminal.say(
      `${terminal.style.red('!')} ${failed} requests of the client failed: ${record.traffic.example ?? ''}`,
    );
};

/** @returns the exit code: 0 promoted, 1 rolled back or unfinished @throws Interrupted after Ctrl-C, when the page is written */
export const watchRollout = async (context: Context, watched: WatchedRollout): Promise<number> => {
  const { target, functionName, alias, baseVersion, newVersion } = watched;
  const readAlias = aliasReader(target.functionArn);
  const startedAt = new Date().toISOString();
  const client = await startClient(target, watched.requestsPerSecond);
  try {
    // The first answers are those of before.
    await sleep(1_000);
    const deploymentId = await watched.begin();
    const to = await followRollout(context, {
      ...watched,
      ...{ deploymentId, client, readAlias, startedMs: Date.parse(startedAt) },
    });
    const end = await readAlias().then(
      (now) => endOf(watched, to, now),
      (): RolloutRecord['end'] => 'unfinished',
    );
    const endMs = Date.now() - Date.parse(startedAt) + underWayMs;
    if (end !== 'unfinished') await sleep(afterSeconds * 1000);
    await client.stop();
    const expected = end === 'promoted' ? newVersion : baseVersion;
    const record = read(
      rolloutRecord,
      known({
        schema: 'latency-lab.rollout-record.v1',
        ...{ deploymentId, targetId: target.id, alias, baseVersion, newVersion, startedAt, end },
        functionArn: target.functionArn.split(':').slice(0, 7).join(':'),
        preference: to.state.preference,
        minuteSeconds: watched.minuteSeconds,
        injected: watched.injected,
        finishedAt: new Date().toISOString(),
        reason: to.cutShort ?? to.state.reason,
        events: to.state.events,
        aliases: to.aliases.length === 0 ? [{ atMs: 0, version: baseVersion, newWeight: 0 }] : to.aliases,
        traffic: client.traffic,
        evidence: to.evidence,
        labels: watched.labels,
        afterwards: afterwardsOf(client.traffic, endMs, expected),
      }),
      `the record of the rollout of ${functionName}`,
    );
    await tell(context, watched, record);
    context.signal.throwIfAborted();
    return end === 'promoted' ? 0 : 1;
  } finally {
    await client.stop();
  }
};

/** A target whose alias can be shifted, and what its ARN names. */
type Rollable = Pick<WatchedRollout, 'target' | 'functionName' | 'alias'>;

/** @throws InputError for a target that cannot be rolled out, or asked by a client */
export const rollable = (target: Target): Rollable => {
  const { url, functionArn } = target;
  if (url === undefined || functionArn === undefined)
    throw new InputError('--target', target.id, 'a target with a URL and the alias of a function');
  const [functionName = '', alias = ''] = functionArn.split(':').slice(6);
  return { target: { ...target, url, functionArn }, functionName, alias };
};
