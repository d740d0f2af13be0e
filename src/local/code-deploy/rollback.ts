/** What becomes of a deployment that is taken back, and the deployment that takes it back: CodeDeploy makes one of its own. Pure. */
import { type Deployment, ended, later, newDeployment, started } from './deployment.ts';

/** The deployment that points the alias at the old version again: all at once, without hooks and alarms. */
export const rollbackOf = (d: Deployment, id: string, now: number): Deployment => {
  const back = {
    ...d,
    preference: 'AllAtOnce',
    description: `rolls ${d.id} back`,
    currentVersion: d.targetVersion,
    targetVersion: d.currentVersion,
    hooks: {},
    alarms: [],
    rollbackOn: [],
  } as const;
  // What came of the other one is not part of what is deployed.
  const { error: _error, endedAt: _endedAt, ...fresh } = newDeployment(id, back, now);
  return {
    ...started(fresh, now),
    creator: 'codeDeployRollback',
    rollback: { triggeringDeploymentId: d.id },
  };
};

/** The state in which a rollback has its alias where it belongs. */
export const completed = (rollback: Deployment, now: number): Deployment =>
  later(rollback, { minuteMs: 1, hookLimitMinutes: 1 }, now);

export const rolledBackBy = (d: Deployment, by: Deployment): Deployment => {
  const { alias, functionName, currentVersion } = d;
  const message =
    by.status === 'Succeeded'
      ? `${functionName}:${alias} points at version ${currentVersion} alone again`
      : `${functionName}:${alias} could not be pointed at version ${currentVersion} again: ${by.error?.message ?? ''}`;
  const weight = by.status === 'Succeeded' ? 0 : d.weight;
  return { ...d, weight, rollback: { ...d.rollback, deploymentId: by.id, message } };
};

/** One whose process ended in the middle. */
export const interrupted = (d: Deployment, now: number): Deployment =>
  ended(
    d,
    {
      status: 'Stopped',
      code: 'INTERNAL_ERROR',
      message: 'the process that ran the deployment ended in the middle of it',
      rollsBack: true,
    },
    now,
  );
