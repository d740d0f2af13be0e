/**
 * CodeDeploy's API as SDK clients speak it, for deployments of Lambda functions. What the local plane does not have is
 * refused by name. There is one application, and a deployment group per function, which has its name.
 */
import { InputError, messageOf } from '../../core/errors.ts';
import { isObject, read } from '../../core/schema/fields.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { answerJson, operationOf, refuseJson } from '../host/aws-json.ts';
import { jsonCall, type RecordCall } from '../host/call-recorder.ts';
import type { HttpRequest } from '../host/http-parser.ts';
import type { HttpExchange, Reply } from '../host/http-server.ts';
import type { DeploymentAccount } from './account.ts';
import { deploymentInfo, deploymentTarget, eventOfExecution, targetIdOf } from './answers.ts';
import { checkFunction, findAlarms } from './checks.ts';
import type { Deployer } from './deployer.ts';
import { currentEvent, type Deployment } from './deployment.ts';
import * as requests from './requests.ts';
import { CodeDeployError } from './requests.ts';

const prefix = 'CodeDeploy_20141006.';

export const isForCodeDeploy = (request: HttpRequest): boolean => operationOf(request, prefix) !== undefined;

export interface CodeDeployDeps {
  readonly deployer: Deployer;
  readonly account: DeploymentAccount;
  readonly metrics: Metrics;
  readonly record: RecordCall;
}

/** Faults of what was given are told under the name that the SDK knows for them. */
const refuse = (reply: Reply, error: unknown): void => {
  if (error instanceof CodeDeployError) refuseJson(reply, 400, error.name, error.message);
  else if (error instanceof InputError) refuseJson(reply, 400, 'InvalidInputException', error.message);
  else refuseJson(reply, 500, 'InternalFailure', messageOf(error));
};

const createOperations = ({ deployer, account, metrics }: CodeDeployDeps) => {
  /** Functions whose deployment is being checked: a second one has to wait no less than for one under way. */
  const starting = new Set<string>();

  const known = ({ deploymentId }: { readonly deploymentId?: string }): Deployment => {
    if (deploymentId === undefined)
      throw new CodeDeployError('DeploymentIdRequired', 'deploymentId has to be given');
    if (!/^d-[A-Z0-9]{9}$/.test(deploymentId))
      throw new CodeDeployError('InvalidDeploymentId', `"${deploymentId}" is no id of a deployment`);
    const found = deployer.get(deploymentId);
    if (found === undefined)
      throw new CodeDeployError('DeploymentDoesNotExist', `no deployment ${deploymentId}`);
    return found;
  };

  const target = async (d: Deployment, targetId: string | undefined): Promise<object> => {
    if (targetId === undefined)
      throw new CodeDeployError('DeploymentTargetIdRequired', 'targetId has to be given');
    if (targetId !== targetIdOf(d))
      throw new CodeDeployError(
        'DeploymentTargetDoesNotExist',
        `${d.id} has target ${targetIdOf(d)}, not ${targetId}`,
      );
    const arn = await account.functionArn(d.functionName, d.targetVersion);
    return deploymentTarget(d, arn ?? d.functionName);
  };

  const create = async (input: unknown): Promise<object> => {
    const plan = requests.readPlan(input);
    const { functionName } = plan;
    const busy =
      deployer.underWay(functionName)?.id ?? (starting.has(functionName) ? 'another one' : undefined);
    if (busy !== undefined)
      throw new CodeDeployError(
        'DeploymentLimitExceeded',
        `${functionName} has a deployment under way, ${busy}: wait for its end or stop it`,
      );
    starting.add(functionName);
    try {
      await checkFunction(account, plan);
      const alarms = await findAlarms(account, metrics, plan.alarms);
      return { deploymentId: deployer.start(plan, alarms) };
    } finally {
      starting.delete(functionName);
    }
  };

  const report = async (input: unknown): Promise<object> => {
    const given = read(requests.hookStatus, input, 'input');
    const d = known(given);
    const { lifecycleEventHookExecutionId: id, status } = given;
    const event = id === undefined ? undefined : eventOfExecution(d, id);
    if (event === undefined)
      throw new CodeDeployError(
        'InvalidLifecycleEventHookExecutionId',
        `${id ?? 'none'}: no hook of ${d.id} has it`,
      );
    if (status !== 'Succeeded' && status !== 'Failed')
      throw new CodeDeployError(
        'InvalidLifecycleEventHookExecutionStatus',
        `"${status ?? ''}"; allowed: Succeeded, Failed`,
      );
    if (currentEvent(d)?.name !== event)
      throw new CodeDeployError('LifecycleEventAlreadyCompleted', `${event} of ${d.id} is not under way`);
    await deployer.report(d, event, status);
    return { lifecycleEventHookExecutionId: id };
  };

  const list = (input: unknown): object => {
    const given = read(requests.listDeployments, input, 'input');
    const { applicationName, deploymentGroupName, includeOnlyStatuses } = given;
    requests.checkApplication(applicationName);
    const deployments = deployer
      .list()
      .filter(({ groupName }) => deploymentGroupName === undefined || groupName === deploymentGroupName)
      .filter(({ status }) => includeOnlyStatuses.length === 0 || includeOnlyStatuses.includes(status))
      .map(({ id }) => id);
    return { deployments };
  };

  const operations: Readonly<Record<string, (input: unknown) => object | Promise<object>>> = {
    CreateDeployment: create,
    GetDeployment: (input) => ({
      deploymentInfo: deploymentInfo(known(read(requests.deploymentReference, input, 'input'))),
    }),
    ListDeployments: list,
    ListDeploymentTargets: (input) => ({
      targetIds: [targetIdOf(known(read(requests.deploymentReference, input, 'input')))],
    }),
    GetDeploymentTarget: async (input) => {
      const given = read(requests.targetReference, input, 'input');
      return { deploymentTarget: await target(known(given), given.targetId) };
    },
    BatchGetDeploymentTargets: async (input) => {
      const given = read(requests.targetReferences, input, 'input');
      const d = known(given);
      return { deploymentTargets: await Promise.all((given.targetIds ?? []).map((id) => target(d, id))) };
    },
    StopDeployment: async (input) => {
      const given = read(requests.stopDeployment, input, 'input');
      const d = known(given);
      await deployer.stop(d, given.autoRollbackEnabled);
      return { status: 'Succeeded', statusMessage: `${d.id} is ${deployer.get(d.id)?.status ?? ''}` };
    },
    PutLifecycleEventHookExecutionStatus: report,
  };
  return operations;
};

const bodyOf = (request: HttpRequest): unknown => {
  try {
    return JSON.parse(request.body.toString() || '{}') as unknown;
  } catch (error) {
    throw new CodeDeployError('InvalidInput', `the body is no JSON: ${messageOf(error)}`);
  }
};

export const createCodeDeployApi = (deps: CodeDeployDeps) => {
  const { deployer, record } = deps;
  const operations = createOperations(deps);

  /** Policies name deployment groups, whatever a request names. */
  const namesIn = (input: unknown): Record<string, string> => {
    const given = isObject(input) ? input : {};
    const d = deployer.get(String(given['deploymentId']));
    const group = d?.groupName ?? given['deploymentGroupName'];
    return {
      applicationName: requests.applicationName,
      ...(typeof group === 'string' && { deploymentGroupName: group }),
    };
  };

  return ({ request, reply }: HttpExchange): void => {
    Promise.resolve()
      .then(() => {
        const input = bodyOf(request);
        record?.(jsonCall(request, 'codedeploy', namesIn(input)));
        const operation = operationOf(request, prefix) ?? '';
        const own = operations[operation];
        if (own === undefined)
          throw new CodeDeployError(
            'OperationNotSupported',
            `the local plane has no ${operation}; it has ${Object.keys(operations).join(', ')}`,
          );
        return own(input);
      })
      .then(
        (body) => {
          answerJson(reply, body);
        },
        (error: unknown) => {
          refuse(reply, error);
        },
      );
  };
};
