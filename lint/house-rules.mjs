/**
 * The house rules of the templates: what cfn-lint cannot know. Each rule takes a parsed template and says what is wrong,
 * with the logical id in front. Intrinsic functions are read as their plain arguments (`!Ref Logs` as `Logs`).
 */
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';

/**
 * @typedef {import('../src/core/schema/manifest.ts').Manifest} Manifest
 * @typedef {{ Type: string, DeletionPolicy?: string, Metadata?: unknown, Properties?: Record<string, unknown> }} Resource
 * @typedef {{ CodeUri?: unknown, LoggingConfig?: { LogGroup?: string }, Role?: unknown, MemorySize?: unknown, Timeout?: unknown, AutoPublishAlias?: unknown, VersionDescription?: unknown, SnapStart?: unknown }} FunctionProperties
 * @typedef {object} Template
 * @property {Record<string, unknown>} [Parameters]
 * @property {{ Function?: FunctionProperties }} [Globals]
 * @property {Record<string, Resource>} Resources
 * @property {Record<string, unknown>} [Outputs]
 * @typedef {(template: Template, document: import('yaml').Document) => readonly string[]} Rule
 */

/** @param {string} text */
const read = (text) => {
  const document = parseDocument(text, { logLevel: 'silent' });
  /** @type {unknown} */
  const value = document.toJS();
  return { document, template: /** @type {Template} */ (value) };
};

/** @param {Template} template @param {string} type @returns {readonly [string, Record<string, unknown>][]} */
const ofType = (template, type) =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties ?? {}]);

/** @param {Template} template @returns {readonly [string, FunctionProperties][]} */
const functionsOf = (template) => [
  ...ofType(template, 'AWS::Lambda::Function'),
  ...ofType(template, 'AWS::Serverless::Function').map(
    ([id, properties]) =>
      /** @type {[string, FunctionProperties]} */ ([id, { ...template.Globals?.Function, ...properties }]),
  ),
];

/** @type {Rule} */
export const logGroupPerFunction = (template) => {
  const groups = new Map(ofType(template, 'AWS::Logs::LogGroup'));
  /** @type {Set<string>} */
  const taken = new Set();
  return functionsOf(template).flatMap(([id, { LoggingConfig }]) => {
    const group = LoggingConfig?.LogGroup;
    if (group === undefined || !groups.has(group))
      return [`${id}: its LoggingConfig names no log group of this template`];
    if (taken.has(group)) return [`${id}: shares log group ${group} with another function`];
    taken.add(group);
    return groups.get(group)?.['RetentionInDays'] === undefined
      ? [`${group}: keeps its events for ever`]
      : [];
  });
};

/** What names a resource of a type for the whole account or region; a second deployment would collide with it. */
const namedBy = {
  'AWS::AutoScaling::AutoScalingGroup': 'AutoScalingGroupName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::EC2::LaunchTemplate': 'LaunchTemplateName',
  'AWS::EC2::SecurityGroup': 'GroupName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::ECS::Service': 'ServiceName',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'Name',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'Name',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Serverless::Function': 'FunctionName',
  'AWS::Serverless::StateMachine': 'Name',
};

/** @type {Rule} */
export const noFixedNames = (template) =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
    const field = /** @type {Record<string, string>} */ (namedBy)[Type];
    // A name made of the stack's, or of the prefix that is one lab's alone, is nobody else's.
    return field !== undefined &&
      field in Properties &&
      !/\$\{(AWS::StackName|NamePrefix)\}/.test(String(Properties[field]))
      ? [`${id}: ${field} keeps a second lab from being deployed`]
      : [];
  });

/** @type {Rule} */
export const ownRole = (template) =>
  functionsOf(template)
    .filter(([, { Role }]) => Role === undefined)
    .map(([id]) => `${id}: has no Role of its own; SAM would make one that may write to every log group`);

/** Services that say on whose behalf they assume a role; EC2 does not. */
const saysForWhom = ['lambda.amazonaws.com', 'states.amazonaws.com'];

/** What an organisation asks of every role: that its boundary applies, and that other accounts' resources cannot use it. @type {Rule} */
export const boundedRole = (template) =>
  ofType(template, 'AWS::IAM::Role').flatMap(([id, { PermissionsBoundary, AssumeRolePolicyDocument }]) => {
    const text = JSON.stringify(AssumeRolePolicyDocument ?? '');
    const open = saysForWhom.some((service) => text.includes(service)) && !text.includes('aws:SourceAccount');
    return [
      ...(PermissionsBoundary === undefined ? [`${id}: takes no permissions boundary`] : []),
      ...(open ? [`${id}: trusts a service on behalf of any account; name aws:SourceAccount`] : []),
    ];
  });

/** A bucket that outlives its stack without its policy would be open to plain HTTP. @type {Rule} */
export const policyStaysWithBucket = ({ Resources }) =>
  Object.entries(Resources).flatMap(([id, { Type, Properties, DeletionPolicy }]) => {
    const bucket = Type === 'AWS::S3::BucketPolicy' ? Resources[String(Properties?.['Bucket'])] : undefined;
    return bucket === undefined || bucket.DeletionPolicy === DeletionPolicy
      ? []
      : [`${id}: its DeletionPolicy is not its bucket's, ${bucket.DeletionPolicy ?? 'which has none'}`];
  });

/** @type {Rule} */
export const chosenBounds = (template) =>
  functionsOf(template).flatMap(([id, properties]) =>
    /** @type {const} */ (['MemorySize', 'Timeout'])
      .filter((field) => properties[field] === undefined)
      .map((field) => `${id}: leaves ${field} to a default`),
  );

/** SAM makes a version's id from the code and from unresolved references: a parameter's new value alone publishes none. @type {Rule} */
export const versionFollowsParameters = (template) =>
  functionsOf(template).flatMap(([id, { AutoPublishAlias, VersionDescription, SnapStart }]) => {
    // A snapshot is a version's; ProvisionedConcurrency is the alias's, which is changed in place.
    const names = ['MemorySize', 'CpuArchitecture', ...(SnapStart === undefined ? [] : ['SnapStart'])];
    const missing = names.filter((name) => !String(VersionDescription).includes(`\${${name}}`));
    return AutoPublishAlias === undefined || missing.length === 0
      ? []
      : [`${id}: a changed ${missing.join(' or ')} would not reach its alias; name it in VersionDescription`];
  });

/** What a function may have that its copy has not, or otherwise. */
const notCopied = [
  ...['FunctionName', 'LoggingConfig', 'AutoPublishAlias', 'VersionDescription', 'DeploymentPreference'],
  ...['ReservedConcurrentExecutions', 'ProvisionedConcurrencyConfig', 'SnapStart'],
];

/** What is tuned and whose cold starts are measured must be what answers behind the alias. @type {Rule} */
export const copyOfMeasured = (template) => {
  const all = new Map(functionsOf(template));
  return [...all].flatMap(([id, properties]) => {
    if (properties.AutoPublishAlias === undefined) return [];
    const name = id.replace(/(Function)?$/, 'Tuning');
    const copy = all.get(name);
    if (copy === undefined) return [`${id}: has no copy ${name} to force cold starts on`];
    /** @param {string} key @param {unknown} value */
    const compared = (key, value) => (notCopied.includes(key) ? undefined : value);
    /** @param {FunctionProperties} of */
    const asText = (of) => JSON.stringify(Object.entries(JSON.parse(JSON.stringify(of, compared))).sort());
    const isSame = asText(copy) === asText(properties);
    const isBuiltOnce =
      JSON.stringify(template.Resources[id]?.Metadata) === JSON.stringify(template.Resources[name]?.Metadata);
    return isSame && isBuiltOnce ? [] : [`${name}: is not the copy of ${id}`];
  });
};

/** @param {unknown} node @param {(text: string) => boolean} matches @returns {boolean} */
const holds = (node, matches) =>
  isSeq(node)
    ? node.items.some((item) => holds(item, matches))
    : isScalar(node) && matches(String(node.value));

/** A wildcard is allowed where a comment right above the statement says why. @type {Rule} */
export const noUnexplainedWildcard = (_template, document) => {
  /** @type {string[]} */
  const found = [];
  visit(document, {
    Seq: (_key, statements) => {
      statements.items.forEach((statement, i) => {
        if (!isMap(statement) || statement.get('Effect') !== 'Allow') return;
        const wild =
          holds(statement.get('Resource', true), (text) => text === '*') ||
          holds(statement.get('Action', true), (text) => text.includes('*'));
        const comment = statement.commentBefore ?? (i === 0 ? statements.commentBefore : undefined);
        if (wild && (comment ?? '') === '')
          found.push(
            `${JSON.stringify(statement.toJS(document))}: a wildcard without a comment that says why`,
          );
      });
    },
  });
  return found;
};

/** @type {Readonly<Record<string, Rule>>} */
export const rules = {
  logGroupPerFunction,
  noFixedNames,
  ownRole,
  boundedRole,
  policyStaysWithBucket,
  chosenBounds,
  versionFollowsParameters,
  copyOfMeasured,
  noUnexplainedWildcard,
};

/** @param {string} text a template @returns {readonly string[]} what is wrong with it, the rule's name in front */
export const checkTemplate = (text) => {
  const { document, template } = read(text);
  return Object.entries(rules).flatMap(([name, rule]) =>
    rule(template, document).map((finding) => `${name}: ${finding}`),
  );
};

/** @param {readonly string[]} allowed @param {object | undefined} given @param {string} what */
const compareNames = (allowed, given, what) => {
  const names = Object.keys(given ?? {});
  return [
    ...allowed.filter((name) => !names.includes(name)).map((name) => `lacks ${what} ${name}`),
    ...names
      .filter((name) => !allowed.includes(name))
      .map((name) => `has ${what} ${name}, which is not in the manifest`),
  ];
};

/**
 * Whether root and architectures have the Parameters, Outputs and functions that the manifest lists.
 * @param {Manifest} manifest
 * @param {(path: string) => string} readTemplate path from templates/
 * @returns {readonly string[]} what is wrong, the template's path in front
 */
export const checkManifest = ({ parameters, outputs, architectures }, readTemplate) => {
  /** @param {string} path @param {string} group @param {readonly string[]} more @param {readonly string[]} [functions] */
  const check = (path, group, more, functions) => {
    const { template } = read(readTemplate(path));
    // All that `sam build` builds, and so can leave out.
    const ids = Object.fromEntries([
      ...functionsOf(template),
      ...ofType(template, 'AWS::Serverless::LayerVersion'),
    ]);
    return [
      ...compareNames([...(parameters[group] ?? []), ...more], template.Parameters, 'parameter'),
      ...compareNames(outputs[group] ?? [], template.Outputs, 'output'),
      ...(functions === undefined ? [] : compareNames(functions, ids, 'function')),
    ].map((finding) => `${path}: ${finding}`);
  };
  const switches = architectures.map(({ enabledBy }) => enabledBy);
  return [
    ...check('root.yaml', 'root', switches),
    ...architectures.flatMap(({ template, group, functions }) => check(template, group, [], functions)),
  ];
};
