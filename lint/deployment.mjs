/**
 * Holds what the pipeline's CloudFormation may do against what CloudFormation says that it calls: the `handlers` of the schema of
 * each resource type in the lab's templates, as cfn-lint ships them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { policiesOf } from './policies.mjs';

/** What SAM makes of its own types here: every role is in the templates. @type {Record<string, readonly string[]>} */
const made = {
  'AWS::Serverless::Application': ['AWS::CloudFormation::Stack'],
  'AWS::Serverless::Function': [
    ...['AWS::Lambda::Function', 'AWS::Lambda::Version', 'AWS::Lambda::Alias'],
    ...['AWS::CodeDeploy::Application', 'AWS::CodeDeploy::DeploymentGroup'],
  ],
  'AWS::Serverless::LayerVersion': ['AWS::Lambda::LayerVersion'],
  'AWS::Serverless::StateMachine': ['AWS::StepFunctions::StateMachine'],
};

/** Calls for properties that no template sets, and names in the lists that are no actions of IAM. */
const notCalled = [
  /^(kms|kinesis|firehose|elasticfilesystem|s3files|s3tables|vpc-lattice|managed-fleets|elasticloadbalancing|vpce):/,
  /^dynamodb:(DescribeImport|ImportTable|UpdateTimeToLive|UpdateContributorInsights|UpdateContinuousBackups|.*KinesisStreamingDestination|CreateTableReplica|AssociateTableReplica|Scan|Query|.*Item|(Put|Delete)ResourcePolicy)$/,
  /^ec2:(.*Vpn.*|(Associate|Disassociate)SubnetCidrBlock|.*VpcEncryptionControls?|ModifyVpcTenancy|Describe\*|Get\*)$/,
  /^lambda:(.*CodeSigningConfig|.*RuntimeManagementConfig|.*RecursionConfig|PutFunctionScalingConfig|PassCapacityProvider|AssociateRuntimeAlias|GetLayerVersion)$/,
  /^logs:(.*DataProtectionPolicy|.*IndexPolic(y|ies)|DeleteResourcePolicy|.*KmsKey|PutLogGroupDeletionProtection|PutBearerTokenAuthentication|CreateLogStream|DescribeLogStreams|PutLogEvents)$/,
  /^s3:(REST\.PUT\.OBJECT|TagResource|UntagResource|ListTagsForResource|getObject|GetObjectMetadata|GetObjectVersion|DeleteObject|PutObjectAcl|PutBucketAcl|PutObjectLockConfiguration)$/,
  /^s3:.*(Abac|Analytics|CORS|Cors|Inventory|Metrics|Notification|Replication|Website|Accelerate|ObjectLock|BucketLogging|Versioning|OwnershipControls|IntelligentTiering|Metadata).*$/,
  /^s3:(DeleteBucketEncryption|DeleteBucketLifecycle)$/,
  /^(apigateway|autoscaling):(UpdateRestApiPolicy|TagResource|UntagResource|Describe\*|.*(LoadBalancer|TrafficSource|LifecycleHook|Notification|MetricsCollection).*)$/,
  /^cloudformation:(UpdateTerminationProtection|SetStackPolicy)$/,
  /^iam:(.*(User|Group)Policy|DeleteRolePermissionsBoundary)$/,
  /^(ssm:Get\*|codedeploy:RegisterOnPremisesInstance)$/,
];

/** Calls that stand in no handler. @type {readonly string[]} */
const alsoCalled = [
  // The transform of a template, and custom resources.
  ...['cloudformation:CreateChangeSet', 'lambda:InvokeFunction'],
  // What API Gateway does on behalf of whoever asks for access logs.
  ...['GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries'].map(
    (it) => `logs:${it}`,
  ),
  // What `autoscaling:Describe*`, `ec2:Describe*` and `ec2:Get*` come down to.
  ...['AutoScalingGroups', 'InstanceRefreshes', 'ScalingActivities'].map((it) => `autoscaling:Describe${it}`),
  ...['AvailabilityZones', 'Images', 'InstanceTypes', 'LaunchTemplateVersions'].map(
    (it) => `ec2:Describe${it}`,
  ),
];

/** @param {readonly string[]} texts templates @returns {ReadonlySet<string>} the types that CloudFormation makes of them */
export const typesIn = (texts) =>
  new Set(
    texts
      .flatMap((text) => {
        /** @type {{ Resources: Record<string, { Type: string }> }} */
        const { Resources } = parse(text, { logLevel: 'silent' });
        return Object.values(Resources).flatMap(({ Type }) => made[Type] ?? [Type]);
      })
      .filter((type) => type.startsWith('AWS::')),
  );

/**
 * @param {string} modules directory of the tool that has cfn-lint
 * @returns {(type: string) => readonly string[]} what CloudFormation calls to make, read, change and delete a resource
 */
export const callsBySchema = (modules) => {
  const python = readdirSync(join(modules, '..', 'lib')).find((name) => name.startsWith('python3')) ?? '';
  const schemas = join(modules, '..', 'lib', python, 'site-packages', 'cfnlint', 'data', 'schemas');
  /** @param {string[]} path @returns {unknown} */
  const read = (...path) => JSON.parse(readFileSync(join(schemas, ...path), 'utf8'));
  const files = /** @type {Record<string, string>} */ (read('providers', 'eu-west-2.json'));
  return (type) => {
    const file = files[type];
    if (file === undefined) throw new Error(`${type}: no schema of it is known`);
    const { handlers = {} } = /** @type {{ handlers?: Record<string, { permissions: string[] }> }} */ (
      read('resources', `${file}.json`)
    );
    return ['create', 'read', 'update', 'delete'].flatMap((name) => handlers[name]?.permissions ?? []);
  };
};

/** @param {string} text a template @returns {readonly string[]} all actions that its policies allow */
const allowedBy = (text) =>
  policiesOf(text).flatMap(({ document }) =>
    /** @type {{ Statement: { Action: string | string[] }[] }} */ (document).Statement.flatMap(
      ({ Action }) => Action,
    ),
  );

/**
 * @param {string} deployment the role's template
 * @param {ReadonlySet<string>} types
 * @param {(type: string) => readonly string[]} callsOf
 * @returns {readonly string[]} what it lacks, and what nothing calls
 */
export const checkDeployment = (deployment, types, callsOf) => {
  const allowed = new Set(allowedBy(deployment));
  /** @type {Map<string, string>} */
  const called = new Map([...types].flatMap((type) => callsOf(type).map((action) => [action, type])));
  const lacks = [...called]
    .filter(([action]) => !allowed.has(action) && !notCalled.some((pattern) => pattern.test(action)))
    .map(([action, type]) => `lacks ${action}, which CloudFormation calls for ${type}`);
  const idle = [...allowed].filter((action) => !called.has(action) && !alsoCalled.includes(action));
  return [...lacks, ...idle.map((action) => `allows ${action}, which no resource of the lab calls`)];
};
