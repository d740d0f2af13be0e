/** Whether what is to be deployed is there. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../core/errors.ts';
import { evaluateAlarm } from '../metrics/alarms.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DeploymentAccount } from './account.ts';
import type { Plan } from './deployment.ts';
import { CodeDeployError } from './requests.ts';

/**
 * What CodeDeploy finds out only in the course of a deployment, which then fails, is refused at once here.
 * @throws CodeDeployError
 */
export const checkFunction = async (account: DeploymentAccount, plan: Plan): Promise<void> => {
  const { functionName, alias, currentVersion, targetVersion } = plan;
  const invalid = (message: string): CodeDeployError => new CodeDeployError('InvalidRevision', message);
  for (const version of [currentVersion, targetVersion])
    if ((await account.functionArn(functionName, version)) === undefined)
      throw invalid(`there is no version ${version} of a function ${functionName}`);
  const now = await account.alias(functionName, alias);
  if (now === undefined)
    throw invalid(`function ${functionName} has no alias ${alias}: a rollout shifts an alias`);
  if (Object.keys(now.weights).length > 0)
    throw invalid(`${functionName}:${alias} points at two versions already; point it at one first`);
  if (now.version !== currentVersion)
    throw invalid(`${functionName}:${alias} points at version ${now.version}, not at ${currentVersion}`);
};

/** @throws CodeDeployError where one is not there, or asks for what is not understood here */
export const findAlarms = async (
  account: DeploymentAccount,
  metrics: Metrics,
  names: readonly string[],
): Promise<readonly MetricAlarm[]> => {
  const found = await account.alarms(names);
  const missing = names.find((name) => found.every(({ AlarmName }) => AlarmName !== name));
  if (missing !== undefined) throw new CodeDeployError('InvalidAlarmConfig', `there is no alarm ${missing}`);
  for (const alarm of found)
    try {
      evaluateAlarm(alarm, metrics, { nowMs: Date.now(), sinceMs: Date.now() });
    } catch (error) {
      throw new CodeDeployError('InvalidAlarmConfig', `${alarm.AlarmName ?? ''}: ${messageOf(error)}`);
    }
  return found;
};
