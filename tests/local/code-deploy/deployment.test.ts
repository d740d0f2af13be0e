import { preferences, shiftSteps } from '../../../src/core/rollout/preferences.ts';
import {
  broken,
  currentEvent,
  type Deployment,
  dueAt,
  ended,
  isOver,
  later,
  newDeployment,
  type Plan,
  reported,
  started,
} from '../../../src/local/code-deploy/deployment.ts';
import { executionIdOf, eventOfExecution } from '../../../src/local/code-deploy/answers.ts';
import { interrupted, rollbackOf, rolledBackBy } from '../../../src/local/code-deploy/rollback.ts';

const plan: Plan = {
  ...{ applicationName: 'latency-lab', groupName: 'f', functionName: 'f', alias: 'live', appSpec: '{}' },
  ...{ currentVersion: '1', targetVersion: '2', alarms: ['a'] },
  preference: 'Canary10Percent5Minutes',
  hooks: { BeforeAllowTraffic: 'pre', AfterAllowTraffic: 'post' },
  rollbackOn: ['DEPLOYMENT_FAILURE'],
};
const pace = { minuteMs: 1_000, hookLimitMinutes: 60 };
const t0 = 1_000_000;
const fresh = (more: Partial<Plan> = {}): Deployment =>
  newDeployment('d-ABCDEFGHI', { ...plan, ...more }, t0);
const eventsOf = ({ events }: Deployment) => events.map(({ status }) => status).join(' ');

/** Lets time pass from one moment at which something is due to the next, until a hook has to report or it is over. */
const run = (from: Deployment, now: number): { d: Deployment; now: number; weights: [number, number][] } => {
  const weights: [number, number][] = [];
  let d = from;
  let time = now;
  while (currentEvent(d)?.name === 'AllowTraffic') {
    time = dueAt(d, pace) ?? Infinity;
    const before = d.weight;
    d = later(d, pace, time);
    if (d.weight !== before) weights.push([(time - now) / pace.minuteMs, d.weight]);
  }
  return { d, now: time, weights };
};

describe('a deployment', () => {
  it('waits for the first hook, shifts, waits for the second and has succeeded', () => {
    const begun = started(fresh(), t0);
    expect([begun.status, eventsOf(begun)]).toEqual([
      'InProgress',
      'Succeeded InProgress Pending Pending Pending',
    ]);
    expect(later(begun, pace, t0 + 59_999)).toBe(begun);
    const allowed = reported(begun, 'BeforeAllowTraffic', 'Succeeded', t0 + 5);
    expect([allowed.weight, currentEvent(allowed)?.name]).toEqual([0, 'AllowTraffic']);
    const { d, weights, now } = run(allowed, t0 + 5);
    expect(weights).toEqual([
      [0, 0.1],
      [5, 1],
    ]);
    expect([d.weight, currentEvent(d)?.name]).toEqual([1, 'AfterAllowTraffic']);
    const over = reported(d, 'AfterAllowTraffic', 'Succeeded', now + 1);
    expect(over).toMatchObject({ status: 'Succeeded', endedAt: now + 1, rollsBack: false });
    expect(eventsOf(over)).toBe('Succeeded Succeeded Succeeded Succeeded Succeeded');
    expect(dueAt(over, pace)).toBeUndefined();
  });

  it.each(preferences)('shifts as %s says, with nothing to wait for but time', (preference) => {
    const { d, weights } = run(started(fresh({ preference, hooks: {} }), t0), t0);
    expect(weights).toEqual(shiftSteps(preference).map(({ minutes, weight }) => [minutes, weight]));
    expect(d).toMatchObject({ status: 'Succeeded', weight: 1 });
  });

  it('takes up late what was due several times', () => {
    const begun = started(fresh({ preference: 'Linear10PercentEvery1Minute', hooks: {} }), t0);
    expect(later(begun, pace, t0 + 3_500).weight).toBeCloseTo(0.4);
  });

  it('fails by a hook that has not reported when its time is over', () => {
    const begun = started(fresh(), t0);
    expect(dueAt(begun, pace)).toBe(t0 + 60_000);
    const late = later(begun, pace, t0 + 60_000);
    expect(late).toMatchObject({ status: 'Failed', weight: 0, rollsBack: true });
    expect(late.error).toEqual({
      code: 'HOOK_EXECUTION_FAILURE',
      message: 'the BeforeAllowTraffic hook pre: it has not reported within 60 minutes',
    });
    expect(eventsOf(late)).toBe('Succeeded Failed Skipped Skipped Skipped');
  });

  it('hears a hook only while it is waited for', () => {
    const begun = started(fresh(), t0);
    expect(reported(begun, 'AfterAllowTraffic', 'Failed', t0)).toBe(begun);
    expect(broken(begun, 'AfterAllowTraffic', 'late', t0)).toBe(begun);
    const failed = broken(begun, 'BeforeAllowTraffic', 'there is none', t0);
    expect(failed.error?.message).toBe('the BeforeAllowTraffic hook pre: there is none');
    expect(reported(failed, 'BeforeAllowTraffic', 'Succeeded', t0)).toBe(failed);
  });

  it('rolls back only where it is to, and nothing that is over', () => {
    const begun = started(fresh({ rollbackOn: [] }), t0);
    expect(reported(begun, 'BeforeAllowTraffic', 'Failed', t0).rollsBack).toBe(false);
    const { d } = run(started(fresh({ hooks: {} }), t0), t0);
    expect(isOver(d)).toBe(true);
    expect(ended(d, { status: 'Stopped', code: 'MANUAL_STOP', message: '', rollsBack: true }, t0)).toBe(d);
    expect(interrupted(d, t0)).toBe(d);
  });
});

describe('the way back', () => {
  it('is a deployment of its own, all at once to the old version', () => {
    const stopped = interrupted(later(started(fresh({ hooks: {} }), t0), pace, t0), t0 + 1);
    expect(stopped).toMatchObject({ status: 'Stopped', weight: 0.1, rollsBack: true });
    const back = rollbackOf(stopped, 'd-000000001', t0 + 2);
    expect(back).toMatchObject({ status: 'InProgress', weight: 0, currentVersion: '2', targetVersion: '1' });
    expect(back).toMatchObject({ creator: 'codeDeployRollback', alarms: [], rollsBack: false });
    expect(back).not.toHaveProperty('error');
    const done = later(back, pace, t0 + 2);
    expect(done).toMatchObject({ status: 'Succeeded', weight: 1 });
    expect(rolledBackBy(stopped, done)).toMatchObject({
      weight: 0,
      rollback: { deploymentId: 'd-000000001', message: 'f:live points at version 1 alone again' },
    });
  });
});

it('gives each hook an id of its own to report with', () => {
  const d = fresh();
  const other = { ...d, id: 'd-000000002' };
  expect(eventOfExecution(d, executionIdOf(d, 'AfterAllowTraffic'))).toBe('AfterAllowTraffic');
  expect(eventOfExecution(d, executionIdOf(other, 'AfterAllowTraffic'))).toBeUndefined();
  expect(eventOfExecution(fresh({ hooks: {} }), executionIdOf(d, 'AfterAllowTraffic'))).toBeUndefined();
});
