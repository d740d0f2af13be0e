/** Follows a deployment to its end: shows which version answers which share and how fast, and keeps all of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import { rolloutKey } from '../../core/keys.ts';
import { formatMs, formatShare, list } from '../../core/report/format.ts';
import type { RolloutRecord } from '../../core/schema/rollout-record.ts';
import { evidence, type Evidence, rolloutStages } from '../../core/schema/rollout.ts';
import type { AliasState, ObjectStore } from '../../ports/index.ts';
import { readStored } from '../../app/stored.ts';
import { whenAborted, type Context } from '../context.ts';
import { durationText } from '../text.ts';
import { type DeploymentState, hasEnded } from './deployments.ts';
import type { Client } from './traffic.ts';

export interface Followed {
  readonly deploymentId: string;
  readonly state: (deploymentId: string) => Promise<DeploymentState>;
  readonly readAlias: () => Promise<AliasState>;
  readonly newVersion: string;
  /** Wall time from which the states of the alias count, milliseconds since 1970. */
  readonly startedMs: number;
  readonly client: Client;
  readonly store: Pick<ObjectStore, 'get'>;
  readonly pollMs: number;
  /** Resolves with a reason when what it runs on is gone. */
  readonly died?: Promise<string>;
}

export interface FollowedTo {
  readonly state: DeploymentState;
  readonly aliases: RolloutRecord['aliases'];
  readonly evidence: readonly Evidence[];
  /** Ctrl-C, or the plane's death, came first. */
  readonly cutShort?: string;
}

/** Seconds of traffic that the line on the terminal tells of. */
const lookBackSeconds = 3;
/** Polls in succession that may fail before it is given up. */
const patience = 20;

/** The share of its requests that an alias sends to a version. */
export const weightOf = ({ version, other }: AliasState, wanted: string): number => {
  if (version === wanted) return 1 - (other?.weight ?? 0);
  return other?.version === wanted ? other.weight : 0;
};

const shown = (client: Client): string => {
  const { versions, failed } = client.lately(lookBackSeconds);
  const all = versions.reduce((total, { n }) => total + n, 0);
  const parts = versions.map(
    ({ version, n, p50Ms }) => `version ${version} ${formatShare(n / all)} (p50 ${formatMs(p50Ms)})`,
  );
  return `${all === 0 ? 'no answers' : list(parts)}${failed === 0 ? '' : `, ${failed} failed`}`;
};

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

/** Tells each step that has ended once. */
const makeTeller = ({ terminal }: Context) => {
  const told = new Set<string>();
  return (events: RolloutRecord['events']): void => {
    for (const { name, status, startedAt, endedAt, message } of events) {
      if (startedAt === undefined || endedAt === undefined || told.has(name)) continue;
      told.add(name);
      const mark = status === 'Succeeded' ? terminal.style.green('✓') : terminal.style.red('!');
      const took = terminal.style.dim(`(${durationText(secondsBetween(startedAt, endedAt))})`);
      const why = message === undefined || status === 'Succeeded' ? '' : `: ${message}`;
      if (secondsBetween(startedAt, endedAt) >= 0.5 || status === 'Failed')
        terminal.say(
          `${mark} ${name} ${status === 'Succeeded' ? '' : `${status.toLowerCase()} `}${took}${why}`,
        );
    }
  };
};

/** What the stages left; one that cannot be read hides no other. */
const evidenceOf = async (
  { terminal }: Context,
  { store, deploymentId }: Followed,
): Promise<readonly Evidence[]> => {
  const found = await Promise.all(
    rolloutStages.map(async (stage) => {
      const key = rolloutKey(deploymentId, stage);
      try {
        return await readStored(store, key, evidence);
      } catch (error) {
        terminal.say(`${terminal.style.red('!')} ${key} is left out: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  return found.filter((one) => one !== undefined);
};

export const followRollout = async (context: Context, followed: Followed): Promise<FollowedTo> => {
  const { deploymentId, client, pollMs, readAlias, newVersion } = followed;
  const { terminal, signal } = context;
  const tell = makeTeller(context);
  const gone = (followed.died ?? new Promise<string>(() => undefined)).then((reason) => ({ reason }));
  const stopped = whenAborted(signal).then(() => ({ reason: 'stopped by the user' }));
  const aliases: { atMs: number; version: string; newWeight: number }[] = [];
  let state: DeploymentState = { status: 'Created', preference: 'unknown', events: [] };
  let failures = 0;
  const look = async (): Promise<undefined> => {
    try {
      const [seen, alias] = await Promise.all([followed.state(deploymentId), readAlias()]);
      state = seen;
      const { version } = alias;
      const newWeight = weightOf(alias, newVersion);
      const last = aliases.at(-1);
      if (last?.version !== version || last.newWeight !== newWeight) {
        aliases.push({ atMs: Math.max(0, Date.now() - followed.startedMs), version, newWeight });
        if (last !== undefined) terminal.say(`  weight of version ${newVersion}: ${formatShare(newWeight)}`);
      }
      failures = 0;
    } catch (error) {
      if (++failures > patience) throw error;
      terminal.status(`Lost sight of the rollout, trying again (${messageOf(error)})`);
      return;
    }
    tell(state.events);
    const now = state.events.findLast(({ status }) => status === 'InProgress')?.name ?? state.status;
    const weight = aliases.at(-1)?.newWeight ?? 0;
    terminal.status(`${now}: ${formatShare(weight)} for the new version; ${shown(client)}`);
  };
  for (;;) {
    const seen = await Promise.race([look(), gone, stopped]);
    const news = seen ?? (hasEnded(state) ? undefined : await Promise.race([gone, stopped, sleep(pollMs)]));
    const cutShort = news?.reason;
    if (cutShort === undefined && !hasEnded(state)) continue;
    terminal.clear();
    const measured = await evidenceOf(context, followed);
    return { state, aliases, evidence: measured, ...(cutShort === undefined ? {} : { cutShort }) };
  }
};
