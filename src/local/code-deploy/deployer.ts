/** Drives deployments: does what each of their changes asks for, and lets time pass for them. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../core/errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DeploymentAccount } from './account.ts';
import { executionIdOf } from './answers.ts';
import {
  broken,
  currentEvent,
  type Deployment,
  dueAt,
  ended,
  type HookEvent,
  isOver,
  later,
  newDeployment,
  type Pace,
  type Plan,
  reported,
  started,
} from './deployment.ts';
import { CodeDeployError } from './requests.ts';
import { interrupted } from './rollback.ts';
import { activeAlarms, pollMsOf, startProbing } from './shift-watch.ts';
import type { DeploymentStore } from './store.ts';
import { createTraffic, newId } from './traffic.ts';

export interface DeployerDeps {
  readonly account: DeploymentAccount;
  readonly store: DeploymentStore;
  readonly metrics: Metrics;
  readonly pace: Pace;
  readonly say: (line: string) => void;
}

interface Run {
  deployment: Deployment;
  readonly alarms: readonly MetricAlarm[];
  /** Changes are made one after another. */
  queue: Promise<unknown>;
  timer?: NodeJS.Timeout | undefined;
  probing?: ReturnType<typeof startProbing>;
}

export type Deployer = ReturnType<typeof createDeployer>;

export const createDeployer = ({ account, store, metrics, pace, say }: DeployerDeps) => {
  const all = new Map<string, Deployment>();
  const runs = new Map<string, Run>();

  const publish = (d: Deployment): void => {
    store.put(d);
    all.set(d.id, d);
  };

  const traffic = createTraffic(account, publish);

  const change = (run: Run, make: (d: Deployment, now: number) => Deployment): Promise<void> => {
    const next = run.queue.then(async () => {
      const before = run.deployment;
      const after = await traffic.carryOut(before, make(before, Date.now()));
      if (after !== before) publish((run.deployment = after));
      follow(run, before);
    });
    run.queue = next.catch((error: unknown) => {
      say(`deployment ${run.deployment.id}: ${messageOf(error)}`);
      // Nothing has changed, so that it can be tried again; an alias is not left between two versions.
      run.timer = setTimeout(wake, pollMsOf(pace.minuteMs), run);
    });
    return next;
  };

  const runHook = (run: Run, event: HookEvent): void => {
    const { deployment } = run;
    const LifecycleEventHookExecutionId = executionIdOf(deployment, event);
    account
      .invoke(deployment.hooks[event] ?? '', { DeploymentId: deployment.id, LifecycleEventHookExecutionId })
      .catch((error: unknown) => change(run, (d, now) => broken(d, event, messageOf(error), now)))
      .catch(() => undefined);
  };

  /** What is to be done after a change: another event may have begun, and all may be over. */
  const follow = (run: Run, before: Deployment): void => {
    const { deployment } = run;
    clearTimeout(run.timer);
    const event = currentEvent(deployment);
    const isNew = event?.name !== currentEvent(before)?.name;
    if (event?.name !== 'AllowTraffic') run.probing?.stop();
    if (event === undefined) {
      runs.delete(deployment.id);
      return;
    }
    const isHook = event.name === 'BeforeAllowTraffic' || event.name === 'AfterAllowTraffic';
    if (isNew && isHook) runHook(run, event.name);
    if (isNew && event.name === 'AllowTraffic') {
      run.probing = startProbing(account, pace.minuteMs, say);
      // Not a moment of traffic while an alarm is active.
      run.timer = setTimeout(wake, 0, run);
      return;
    }
    const dueMs = (dueAt(deployment, pace) ?? Infinity) - Date.now();
    run.timer = setTimeout(
      wake,
      Math.max(0, Math.min(dueMs, isHook ? Infinity : pollMsOf(pace.minuteMs))),
      run,
    );
  };

  const wake = (run: Run): void => {
    void change(run, (d, now) => {
      const event = currentEvent(d);
      const message =
        event?.name === 'AllowTraffic'
          ? activeAlarms(run.alarms, metrics, event.startedAt ?? now)
          : undefined;
      if (message === undefined) return later(d, pace, now);
      const rollsBack = d.rollbackOn.includes('DEPLOYMENT_STOP_ON_ALARM');
      return ended(d, { status: 'Stopped', code: 'ALARM_ACTIVE', message, rollsBack }, now);
    });
  };

  /** @throws CodeDeployError where it is over */
  const running = (d: Deployment): Run => {
    const run = runs.get(d.id);
    if (run === undefined) throw new CodeDeployError('DeploymentAlreadyCompleted', `${d.id} is ${d.status}`);
    return run;
  };

  return {
    get: (id: string): Deployment | undefined => all.get(id),
    /** The newest first. */
    list: (): Deployment[] => [...all.values()].sort((a, b) => b.createdAt - a.createdAt),
    /** Of a function that has a deployment under way. */
    underWay: (functionName: string): Deployment | undefined =>
      [...runs.values()].find(({ deployment }) => deployment.functionName === functionName)?.deployment,
    start: (plan: Plan, alarms: readonly MetricAlarm[]): string => {
      const deployment = newDeployment(newId(), plan, Date.now());
      const run: Run = { deployment, alarms, queue: Promise.resolve() };
      runs.set(deployment.id, run);
      publish(deployment);
      void change(run, started);
      return deployment.id;
    },
    /** @throws CodeDeployError where it is over */
    report: (d: Deployment, event: HookEvent, status: 'Succeeded' | 'Failed'): Promise<void> =>
      change(running(d), (current, now) => reported(current, event, status, now)),
    /** @throws CodeDeployError where it is over */
    stop: (d: Deployment, rollsBack: boolean): Promise<void> =>
      change(running(d), (current, now) =>
        ended(
          current,
          {
            status: 'Stopped',
            code: 'MANUAL_STOP',
            message: 'somebody stopped it',
            rollsBack: rollsBack || current.rollbackOn.includes('DEPLOYMENT_STOP_ON_REQUEST'),
          },
          now,
        ),
      ),
    /** Takes up what an earlier process left: finished ones are remembered, others undone. */
    recover: async (): Promise<void> => {
      for (const d of store.all()) all.set(d.id, d);
      for (const d of [...all.values()].filter((one) => !isOver(one))) {
        const over = interrupted(d, Date.now());
        // A rollback in the middle belongs to a deployment in the middle, which gets another one.
        publish(d.creator === 'codeDeployRollback' ? over : await traffic.rollBack(over));
      }
    },
    /** Lets everything stand as it is: the next process undoes it. */
    close: (): void => {
      for (const { timer, probing } of runs.values()) {
        clearTimeout(timer);
        probing?.stop();
      }
      runs.clear();
    },
  };
};
