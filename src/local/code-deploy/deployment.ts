/**
 * A deployment of a Lambda function, as it lies on disk and as it goes on. Pure: whoever drives it gives the time and does
 * what a change asks for.
 *
 * The rules are those of "Deployments on an AWS Lambda compute platform" and "AppSpec 'hooks' section" in CodeDeploy's user
 * guide. Simplified: a deployment is never Queued, since nothing stands in its way; events without a hook are Skipped; one
 * that ends early leaves the event at hand Failed and the rest Skipped.
 */
import { type Preference, shiftSteps } from '../../core/rollout/preferences.ts';

export const hookEvents = ['BeforeAllowTraffic', 'AfterAllowTraffic'] as const;
export type HookEvent = (typeof hookEvents)[number];
const eventNames = ['Start', 'BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic', 'End'] as const;
export type EventName = (typeof eventNames)[number];

export const rollbackEvents = [
  'DEPLOYMENT_FAILURE',
  'DEPLOYMENT_STOP_ON_ALARM',
  'DEPLOYMENT_STOP_ON_REQUEST',
] as const;
export type RollbackEvent = (typeof rollbackEvents)[number];

export const statuses = ['Created', 'InProgress', 'Succeeded', 'Failed', 'Stopped'] as const;
export type Status = (typeof statuses)[number];

export interface LifecycleEvent {
  readonly name: EventName;
  readonly status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped';
  /** Milliseconds since 1970, as all times here. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly fault?: {
    readonly code: 'ScriptFailed' | 'ScriptMissing' | 'ScriptTimedOut';
    readonly message: string;
  };
}

/** What is deployed. */
export interface Plan {
  readonly applicationName: string;
  readonly groupName: string;
  readonly description?: string;
  readonly preference: Preference;
  /** AppSpec as it was given. */
  readonly appSpec: string;
  readonly functionName: string;
  readonly alias: string;
  readonly currentVersion: string;
  readonly targetVersion: string;
  readonly hooks: Readonly<Partial<Record<HookEvent, string>>>;
  /** Names. */
  readonly alarms: readonly string[];
  /** What rolls back by itself. */
  readonly rollbackOn: readonly RollbackEvent[];
}

export interface Deployment extends Plan {
  readonly id: string;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly status: Status;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly events: readonly LifecycleEvent[];
  /** The target version's share of traffic, 0 to 1. */
  readonly weight: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** Ended such that the alias has to go back. */
  readonly rollsBack: boolean;
  readonly rollback: {
    readonly deploymentId?: string;
    readonly triggeringDeploymentId?: string;
    readonly message?: string;
  };
}

export interface Pace {
  /** What a minute of the deployment's own time lasts, in milliseconds. */
  readonly minuteMs: number;
  /** Minutes that a hook has to report; 60 on AWS. */
  readonly hookLimitMinutes: number;
}

export const newDeployment = (id: string, plan: Plan, now: number): Deployment => ({
  ...plan,
  id,
  creator: 'user',
  status: 'Created',
  createdAt: now,
  events: eventNames.map((name) => ({ name, status: 'Pending' })),
  weight: 0,
  rollsBack: false,
  rollback: {},
});

export const isOver = ({ status }: Pick<Deployment, 'status'>): boolean =>
  status !== 'Created' && status !== 'InProgress';

export const currentEvent = ({ events }: Deployment): LifecycleEvent | undefined =>
  events.find(({ status }) => status === 'InProgress');

const changed = (d: Deployment, name: EventName, change: Partial<LifecycleEvent>): Deployment => ({
  ...d,
  events: d.events.map((event) => (event.name === name ? { ...event, ...change } : event)),
});

const isHook = (name: EventName): name is HookEvent => hookEvents.some((hook) => hook === name);

const begin = (d: Deployment, name: EventName, now: number): Deployment => {
  if (isHook(name) && d.hooks[name] === undefined)
    return after(changed(d, name, { status: 'Skipped' }), name, now);
  return changed(d, name, { status: 'InProgress', startedAt: now });
};

/** What follows an event. */
const after = (d: Deployment, name: EventName, now: number): Deployment => {
  const next = eventNames[eventNames.indexOf(name) + 1];
  if (next === 'End') {
    const ended = changed(d, 'End', { status: 'Succeeded', startedAt: now, endedAt: now });
    return { ...ended, status: 'Succeeded', endedAt: now };
  }
  return next === undefined ? d : begin(d, next, now);
};

const complete = (d: Deployment, name: EventName, now: number): Deployment =>
  after(changed(d, name, { status: 'Succeeded', endedAt: now }), name, now);

/** Its first event has no work to do. */
export const started = (d: Deployment, now: number): Deployment =>
  complete({ ...begin(d, 'Start', now), status: 'InProgress' }, 'Start', now);

export interface Ending {
  readonly status: 'Failed' | 'Stopped';
  /** One of CodeDeploy's error codes. */
  readonly code: string;
  readonly message: string;
  readonly rollsBack: boolean;
  readonly fault?: LifecycleEvent['fault'];
}

/** Ends early. Of what has ended already nothing changes. */
export const ended = (
  d: Deployment,
  { status, code, message, rollsBack, fault }: Ending,
  now: number,
): Deployment => {
  if (isOver(d)) return d;
  const events = d.events.map((event): LifecycleEvent => {
    if (event.status === 'Pending') return { ...event, status: 'Skipped' };
    const failed = { ...event, status: 'Failed', endedAt: now, ...(fault && { fault }) } as const;
    return event.status === 'InProgress' ? failed : event;
  });
  return { ...d, events, status, endedAt: now, error: { code, message }, rollsBack };
};

const failed = (d: Deployment, name: HookEvent, fault: NonNullable<LifecycleEvent['fault']>, now: number) =>
  ended(
    d,
    {
      status: 'Failed',
      code: 'HOOK_EXECUTION_FAILURE',
      message: `the ${name} hook ${d.hooks[name] ?? ''}: ${fault.message}`,
      rollsBack: d.rollbackOn.includes('DEPLOYMENT_FAILURE'),
      fault,
    },
    now,
  );

/** A hook has said how it went. Where another event is at hand nothing changes. */
export const reported = (
  d: Deployment,
  name: HookEvent,
  status: 'Succeeded' | 'Failed',
  now: number,
): Deployment => {
  if (currentEvent(d)?.name !== name) return d;
  if (status === 'Succeeded') return complete(d, name, now);
  return failed(d, name, { code: 'ScriptFailed', message: 'it reported Failed' }, now);
};

/** A hook could not be run, or ended with an error. */
export const broken = (d: Deployment, name: HookEvent, message: string, now: number): Deployment =>
  currentEvent(d)?.name === name ? failed(d, name, { code: 'ScriptFailed', message }, now) : d;

/** Time has passed: weights go on, and a hook that has not reported within its limit has failed. */
export const later = (d: Deployment, { minuteMs, hookLimitMinutes }: Pace, now: number): Deployment => {
  const event = currentEvent(d);
  if (event === undefined) return d;
  const minutes = (now - (event.startedAt ?? now)) / minuteMs;
  if (isHook(event.name)) {
    if (minutes < hookLimitMinutes) return d;
    const message = `it has not reported within ${hookLimitMinutes} minutes`;
    return failed(d, event.name, { code: 'ScriptTimedOut', message }, now);
  }
  const step = shiftSteps(d.preference).findLast((one) => one.minutes <= minutes);
  const weight = step?.weight ?? 0;
  const shifted = { ...d, weight };
  return weight === 1 ? complete(shifted, 'AllowTraffic', now) : shifted;
};

/** When `later` will have something to do, if nothing happens before. */
export const dueAt = (d: Deployment, { minuteMs, hookLimitMinutes }: Pace): number | undefined => {
  const event = currentEvent(d);
  if (event?.startedAt === undefined) return undefined;
  const { startedAt } = event;
  if (isHook(event.name)) return startedAt + hookLimitMinutes * minuteMs;
  const next = shiftSteps(d.preference).find(({ weight }) => weight > d.weight);
  return next && startedAt + next.minutes * minuteMs;
};
