/** What requests to CodeDeploy say, and how they are refused. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { InputError, messageOf } from '../../core/errors.ts';
import {
  type Preference,
  preferences,
  configurationName,
  readPreference,
} from '../../core/rollout/preferences.ts';
import { functionVersion } from '../../core/schema/rollout.ts';
import {
  fields,
  list,
  matching,
  oneOf,
  openFields,
  type Output,
  read,
  readJson,
  text,
} from '../../core/schema/fields.ts';
import { hookEvents, type Plan, rollbackEvents, statuses } from './deployment.ts';

/** What SDKs make an exception of. */
export class CodeDeployError extends Error {
  override readonly name: string;
  constructor(type: string, message: string) {
    super(message);
    this.name = `${type}Exception`;
  }
}

/** All deployments of the local plane belong to this one. */
export const applicationName = 'latency-lab';

const name = text(256);
const flag = v.boolean('true or false');

export const createDeployment = openFields({
  applicationName: v.exactOptional(name),
  deploymentGroupName: v.exactOptional(name),
  deploymentConfigName: v.optional(name, configurationName('AllAtOnce')),
  description: v.exactOptional(text(1_000)),
  revision: v.exactOptional(
    openFields({
      revisionType: v.literal('AppSpecContent', 'AppSpecContent'),
      appSpecContent: openFields({
        content: v.string('an AppSpec in JSON'),
        sha256: v.exactOptional(v.string('its digest in hexadecimal digits')),
      }),
    }),
  ),
  autoRollbackConfiguration: v.optional(
    openFields({
      enabled: v.optional(flag, false),
      events: v.optional(list(oneOf(rollbackEvents), rollbackEvents.length), []),
    }),
    {},
  ),
  overrideAlarmConfiguration: v.optional(
    openFields({
      enabled: v.optional(flag, false),
      alarms: v.optional(v.array(openFields({ name }), 'alarms, each with a name'), []),
    }),
    {},
  ),
});

export const deploymentReference = openFields({
  deploymentId: v.exactOptional(v.string('the id of a deployment')),
});
export const stopDeployment = openFields({
  ...deploymentReference.entries,
  autoRollbackEnabled: v.optional(flag, false),
});
export const targetReference = openFields({
  ...deploymentReference.entries,
  targetId: v.exactOptional(v.string('the id of a target')),
});
export const targetReferences = openFields({
  ...deploymentReference.entries,
  targetIds: v.exactOptional(list(v.string('the id of a target'), 25)),
});
export const hookStatus = openFields({
  ...deploymentReference.entries,
  lifecycleEventHookExecutionId: v.exactOptional(v.string('an id that the hook was given')),
  status: v.exactOptional(v.string('Succeeded, Failed')),
});
/** What else it could be asked by is refused. */
export const listDeployments = fields({
  applicationName: v.exactOptional(name),
  deploymentGroupName: v.exactOptional(name),
  includeOnlyStatuses: v.optional(list(oneOf([...statuses, 'Queued', 'Ready', 'Baking']), 10), []),
});

const appSpec = openFields({
  Resources: list(
    v.record(
      v.string(),
      openFields({
        Type: v.optional(v.literal('AWS::Lambda::Function', 'AWS::Lambda::Function')),
        Properties: openFields({
          Name: text(140),
          Alias: matching(/^[A-Za-z0-9_-]{1,128}$/, 'the name of an alias'),
          CurrentVersion: v.pipe(v.union([v.string(), v.number()]), v.transform(String), functionVersion),
          TargetVersion: v.pipe(v.union([v.string(), v.number()]), v.transform(String), functionVersion),
        }),
      }),
      'a resource by its name',
    ),
    1,
    1,
  ),
  Hooks: v.optional(
    list(v.record(oneOf(hookEvents), text(256), `one of ${hookEvents.join(', ')} with a function`), 2),
    [],
  ),
});

type Given = Output<typeof createDeployment>;

const readAppSpec = (given: Given): { readonly content: string; readonly spec: Output<typeof appSpec> } => {
  if (given.revision === undefined)
    throw new CodeDeployError('RevisionRequired', 'a revision has to be given');
  const { content, sha256 } = given.revision.appSpecContent;
  if (sha256 !== undefined && sha256 !== createHash('sha256').update(content).digest('hex'))
    throw new CodeDeployError('InvalidRevision', 'sha256 is not that of the content');
  try {
    return { content, spec: readJson(appSpec, content, 'AppSpec content', 'JSON (here no YAML)') };
  } catch (error) {
    throw new CodeDeployError('InvalidRevision', messageOf(error));
  }
};

const preferenceOf = (configuration: string): Preference => {
  try {
    return readPreference(configuration, 'deploymentConfigName');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const allowed = preferences.map(configurationName).join(', ');
    throw new CodeDeployError(
      'DeploymentConfigDoesNotExist',
      `no deployment configuration ${configuration}; there are ${allowed}`,
    );
  }
};

/** @throws CodeDeployError */
export const checkApplication = (application: string | undefined): void => {
  if (application !== undefined && application !== applicationName)
    throw new CodeDeployError(
      'ApplicationDoesNotExist',
      `no application ${application}; on the local plane there is ${applicationName}`,
    );
};

const groupIn = ({ applicationName: application, deploymentGroupName: group }: Given): string => {
  if (application === undefined)
    throw new CodeDeployError('ApplicationNameRequired', 'applicationName has to be given');
  checkApplication(application);
  if (group === undefined)
    throw new CodeDeployError('DeploymentGroupNameRequired', 'deploymentGroupName has to be given');
  return group;
};

/** @throws CodeDeployError, InputError */
export const readPlan = (input: unknown): Plan => {
  const given = read(createDeployment, input, 'input');
  const groupName = groupIn(given);
  const preference = preferenceOf(given.deploymentConfigName);
  const { content, spec } = readAppSpec(given);
  const [properties] = spec.Resources.flatMap((one) => Object.values(one)).map((one) => one.Properties);
  if (properties === undefined)
    throw new CodeDeployError('InvalidRevision', 'Resources: a function has to be named');
  if (properties.Name !== groupName)
    throw new CodeDeployError(
      'DeploymentGroupDoesNotExist',
      `deployment group ${groupName}: on the local plane it has the name of the function, ${properties.Name}`,
    );
  const { alarms, enabled } = given.overrideAlarmConfiguration;
  if (alarms.length > 10)
    throw new CodeDeployError('AlarmsLimitExceeded', `${alarms.length} alarms; allowed: 10`);
  const { enabled: rollsBack, events } = given.autoRollbackConfiguration;
  return {
    applicationName,
    groupName,
    ...(given.description === undefined ? {} : { description: given.description }),
    preference,
    appSpec: content,
    functionName: properties.Name,
    alias: properties.Alias,
    currentVersion: properties.CurrentVersion,
    targetVersion: properties.TargetVersion,
    hooks: Object.assign({}, ...spec.Hooks) as Plan['hooks'],
    alarms: enabled ? alarms.map((alarm) => alarm.name) : [],
    rollbackOn: rollsBack ? events : [],
  };
};
