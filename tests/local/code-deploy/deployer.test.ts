/** Deployments at the pace of AWS, over a clock that jumps. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { DeploymentAccount } from '../../../src/local/code-deploy/account.ts';
import { createDeployer } from '../../../src/local/code-deploy/deployer.ts';
import type { Plan } from '../../../src/local/code-deploy/deployment.ts';
import { createDeploymentStore } from '../../../src/local/code-deploy/store.ts';
import { createMetrics } from '../../../src/local/metrics/metrics.ts';
import { ownDirectory } from '../../support/directory.ts';

const minuteMs = 60_000;
const minutes = (count: number): Promise<void> => jest.advanceTimersByTimeAsync(count * minuteMs);

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 1, 0, 0, 20) });
});
afterEach(() => {
  jest.useRealTimers();
});

const plan: Plan = {
  ...{ applicationName: 'latency-lab', groupName: 'f', functionName: 'f', alias: 'live', appSpec: '{}' },
  ...{ currentVersion: '1', targetVersion: '2', preference: 'Linear10PercentEvery1Minute' },
  ...{ hooks: {}, alarms: [], rollbackOn: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
};
const ratio = {
  namespace: 'LatencyLab',
  name: 'P99RatioAtLeast',
  dimensions: { service: 'rollout', FunctionName: 'f' },
};
/** As the lab's templates declare it. */
const alarm: MetricAlarm = {
  ...{
    AlarmName: 'p99',
    Namespace: ratio.namespace,
    MetricName: ratio.name,
    Statistic: 'Maximum',
    Period: 60,
  },
  Dimensions: Object.entries(ratio.dimensions).map(([Name, Value]) => ({ Name, Value })),
  ...{ EvaluationPeriods: 2, DatapointsToAlarm: 2, Threshold: 1, TreatMissingData: 'breaching' },
  ComparisonOperator: 'GreaterThanThreshold',
};

/** @param probe what a run of the probe does */
const setUp = (probe: () => Promise<void> | void = () => undefined, directory = ownDirectory()) => {
  const pointed: string[] = [];
  const said: string[] = [];
  const metrics = createMetrics(minuteMs);
  const events: [reference: string, event: object][] = [];
  const account: DeploymentAccount = {
    alias: () => Promise.resolve({ version: '1', weights: {} }),
    functionArn: () => Promise.resolve('arn'),
    pointAlias: (name, alias, { version, weights }) =>
      Promise.resolve(void pointed.push(`${name}:${alias} ${version} ${JSON.stringify(weights)}`)),
    alarms: () => Promise.resolve([]),
    probe: () => Promise.resolve('probe'),
    invoke: async (reference, event) => {
      events.push([reference, event]);
      if (reference === 'probe') await probe();
    },
  };
  const say = (line: string): void => void said.push(line);
  const store = createDeploymentStore(directory);
  const pace = { minuteMs, hookLimitMinutes: 60 };
  const deployer = createDeployer({ account, store, metrics, pace, say });
  const publish = (value: number): void => {
    metrics.series(ratio).add(value, Date.now());
  };
  return { deployer, account, pointed, events, said, publish, directory };
};

describe('the deployer', () => {
  it('shifts a tenth every minute and points at the new version alone in the end', async () => {
    const { deployer, pointed } = setUp();
    const id = deployer.start(plan, []);
    await minutes(8.9);
    expect(pointed).toHaveLength(9);
    expect(pointed.slice(0, 2)).toEqual(['f:live 1 {"2":0.1}', 'f:live 1 {"2":0.2}']);
    await minutes(0.2);
    expect(pointed.at(-1)).toBe('f:live 2 {}');
    expect(deployer.get(id)).toMatchObject({ status: 'Succeeded', weight: 1 });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('runs the probe at once and at the beginning of each minute, while traffic shifts', async () => {
    const { deployer, events } = setUp();
    deployer.start(plan, []);
    await minutes(3);
    expect(events).toEqual(Array(4).fill(['probe', { seconds: 45, requestsPerSecond: 150 / 45 }]));
    await minutes(60);
    expect(events).toHaveLength(10);
  });

  it('does not run the probe while it runs, and goes on without one that fails', async () => {
    let fail: (error: Error) => void = () => undefined;
    const { deployer, events, said } = setUp(() => new Promise((_, reject) => (fail = reject)));
    deployer.start(plan, []);
    await minutes(2.5);
    expect(events).toHaveLength(1);
    fail(new Error('no store'));
    await minutes(1);
    expect(events).toHaveLength(2);
    expect(said).toEqual(['the probe of a rollout: no store']);
  });

  it('lets a healthy probe pass', async () => {
    const { deployer, publish } = setUp(() => {
      publish(0.97);
    });
    const id = deployer.start({ ...plan, alarms: ['p99'] }, [alarm]);
    await minutes(10);
    expect(deployer.get(id)?.status).toBe('Succeeded');
  });

  it('goes back when two minutes are slower', async () => {
    const { deployer, publish, pointed } = setUp(() => {
      publish(1.2);
    });
    const id = deployer.start({ ...plan, alarms: ['p99'] }, [alarm]);
    await minutes(2);
    expect(deployer.get(id)).toMatchObject({ status: 'Stopped', weight: 0, error: { code: 'ALARM_ACTIVE' } });
    expect(pointed.at(-1)).toBe('f:live 1 {}');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('goes back when the probe is silent: that is no good sign', async () => {
    const { deployer, pointed } = setUp();
    const id = deployer.start({ ...plan, alarms: ['p99'] }, [alarm]);
    await minutes(2.5);
    expect(deployer.get(id)?.status).toBe('InProgress');
    await minutes(0.5);
    expect(deployer.get(id)?.error).toEqual({
      code: 'ALARM_ACTIVE',
      message: expect.stringMatching(/^alarms are active: p99 .* 2 missing \(breaching\)/),
    });
    expect(pointed.at(-1)).toBe('f:live 1 {}');
  });

  it('does not begin to shift while an alarm is active', async () => {
    const { deployer, publish, pointed } = setUp();
    for (let i = 0; i < 3; i++) {
      publish(2);
      await minutes(1);
    }
    const id = deployer.start({ ...plan, alarms: ['p99'] }, [alarm]);
    await minutes(0.1);
    expect(deployer.get(id)).toMatchObject({ status: 'Stopped', weight: 0 });
    expect(pointed).toEqual(['f:live 1 {}']);
  });

  it('gives a hook an hour', async () => {
    const { deployer, events, pointed } = setUp();
    const id = deployer.start({ ...plan, hooks: { BeforeAllowTraffic: 'pre' } }, []);
    await minutes(59.9);
    expect(deployer.get(id)?.status).toBe('InProgress');
    expect(events).toEqual([
      ['pre', { DeploymentId: id, LifecycleEventHookExecutionId: expect.any(String) }],
    ]);
    await minutes(0.2);
    expect(deployer.get(id)).toMatchObject({ status: 'Failed', error: { code: 'HOOK_EXECUTION_FAILURE' } });
    expect(pointed).toEqual(['f:live 1 {}']);
  });

  it('fails where the alias cannot be pointed elsewhere, and says so of the way back too', async () => {
    const { deployer, account } = setUp();
    account.pointAlias = () => Promise.reject(new Error('no such function'));
    const id = deployer.start(plan, []);
    await minutes(0.1);
    const failed = deployer.get(id);
    expect(failed).toMatchObject({
      status: 'Failed',
      error: { message: 'f:live could not be pointed elsewhere: no such function' },
      rollback: { message: expect.stringContaining('could not be pointed at version 1 again') },
    });
    expect(deployer.get(failed?.rollback.deploymentId ?? '')?.status).toBe('Failed');
  });

  it('undoes what another one left in the middle, and nothing else', async () => {
    const before = setUp();
    const done = before.deployer.start({ ...plan, preference: 'AllAtOnce' }, []);
    await minutes(0.1);
    const left = before.deployer.start(plan, []);
    await minutes(2.5);
    before.deployer.close();
    const { deployer, pointed } = setUp(undefined, before.directory);
    await deployer.recover();
    expect(pointed).toEqual(['f:live 1 {}']);
    expect(deployer.get(left)).toMatchObject({ status: 'Stopped', weight: 0 });
    expect(deployer.get(done)).toMatchObject({ status: 'Succeeded', weight: 1 });
    expect(
      deployer
        .list()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['Stopped', 'Succeeded', 'Succeeded']);
  });
});
