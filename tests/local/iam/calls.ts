/**
 * Which permissions the recorded calls need: AWS's Service Authorization Reference for the calls that the lab makes, as
 * data. A call that is not there is refused, so that none passes unchecked. Pure.
 */

import type { Call as RecordedCall } from '../../../src/local/host/call-recorder.ts';

type Names = Readonly<Record<string, string | readonly string[]>>;

/** A line of the file that a plane writes; see call_recorder.py and call-recorder.ts. */
export interface RequestCall {
  readonly kind: 'request';
  readonly accessKeyId: string;
  readonly service: string;
  readonly method: string;
  /** Decoded where the emulator wrote it, as sent where the function host did. */
  readonly path: string;
  readonly query: string;
  /** Of JSON APIs: `<API version>.<operation>`. */
  readonly target?: string;
  /** What names resources. */
  readonly names?: Names;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

export interface TaskCall {
  readonly kind: 'task';
  readonly role: string;
  readonly stateMachine: string;
  readonly resource: string;
  readonly names: Names;
}

type HostCall<Kind extends RecordedCall['kind']> = Extract<RecordedCall, { readonly kind: Kind }>;
export type RouteCall = HostCall<'route'>;
/** Not a call, but whose keys and whose log stream are met in calls. */
export type Environment = HostCall<'environment'>;
/** Nor is this: whoever works the plane, whose rights are not the lab's. */
export type Operator = HostCall<'operator'>;

export type Call = RequestCall | TaskCall | RouteCall | Environment | Operator;

export interface Need {
  readonly action: string;
  readonly resource: string;
}

/** Where the calls were made. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

const arn = ({ region, accountId }: Place, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

export class UnknownCallError extends Error {
  override readonly name = 'UnknownCallError';
}

const name = (names: Names, field: string): string => {
  const value = names[field];
  if (typeof value !== 'string') throw new UnknownCallError(`its ${field} was not recorded`);
  return value;
};

const allNames = (names: Names, field: string): readonly string[] => {
  const value = names[field];
  if (!Array.isArray(value)) throw new UnknownCallError(`its ${field} were not recorded`);
  return value as readonly string[];
};

const table = (names: Names): string[] => [`table/${name(names, 'TableName')}`];
const parameter = (path: string): string => `parameter/${path.replace(/^\//, '')}`;
const oneParameter = (names: Names): string[] => [parameter(name(names, 'Name'))];
const stream = (names: Names): string[] => [
  `log-group:${name(names, 'logGroupName')}:log-stream:${name(names, 'logStreamName')}`,
];

/** As policies name log groups for all but tagging and identifiers: see "CloudWatch Logs resources" in AWS's user guide. */
const queried = (names: Names): string[] =>
  allNames(names, 'logGroupNames').map((group) => `log-group:${group}:*`);

const deploymentGroup = (names: Names): string[] => [
  `deploymentgroup:${name(names, 'applicationName')}/${name(names, 'deploymentGroupName')}`,
];

/** Operations of JSON APIs that are authorised under their own name, and the resources that they name. */
const operations: Readonly<Record<string, (names: Names) => readonly string[]>> = {
  'dynamodb:GetItem': table,
  'dynamodb:PutItem': table,
  'dynamodb:UpdateItem': table,
  'dynamodb:DeleteItem': table,
  'ssm:GetParameter': oneParameter,
  'ssm:PutParameter': oneParameter,
  'ssm:GetParameters': (names) => allNames(names, 'Names').map(parameter),
  'ssm:DeleteParameters': (names) => allNames(names, 'Names').map(parameter),
  'ssm:GetParametersByPath': (names) => [parameter(name(names, 'Path'))],
  'logs:CreateLogGroup': (names) => [`log-group:${name(names, 'logGroupName')}`],
  'logs:CreateLogStream': stream,
  'logs:PutLogEvents': stream,
  'logs:StartQuery': queried,
  'logs:GetQueryResults': queried,
  'codedeploy:GetDeployment': deploymentGroup,
  'codedeploy:ListDeploymentTargets': deploymentGroup,
  'codedeploy:GetDeploymentTarget': deploymentGroup,
  'codedeploy:PutLifecycleEventHookExecutionStatus': deploymentGroup,
};

const ofOperation = ({ service, target = '', names = {} }: RequestCall, place: Place): readonly Need[] => {
  const action = `${service}:${target.split('.').pop() ?? ''}`;
  // A query can be stopped by whoever knows its id: the action has no resource.
  if (action === 'logs:StopQuery') return [{ action, resource: '*' }];
  const resources = operations[action];
  if (resources === undefined) throw new UnknownCallError(`${action} is not in the table of calls`);
  return resources(names).map((resource) => ({ action, resource: arn(place, service, resource) }));
};

const objectActions: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/** Query parameters that make no other operation of a request for an object or a listing. */
const plain = new Set([
  ...['x-id', 'list-type', 'prefix', 'delimiter', 'max-keys', 'marker', 'start-after'],
  ...['continuation-token', 'encoding-type'],
]);

/** S3 names its actions unlike its operations; see "Required permissions for Amazon S3 API operations". */
const ofS3 = ({ method, path, query, names = {}, headers = {}, status }: RequestCall): readonly Need[] => {
  const [, bucketName = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(path) ?? [];
  const bucket = `arn:aws:s3:::${bucketName}`;
  const object = `${bucket}/${key}`;
  const parameters = [...new URLSearchParams(query).keys()];
  const listing = { action: 's3:ListBucket', resource: bucket };
  if (key === '' && method === 'POST' && parameters.includes('delete'))
    return allNames(names, 'Keys').map((one) => ({
      action: 's3:DeleteObject',
      resource: `${bucket}/${one}`,
    }));
  const odd =
    parameters.find((parameter_) => !plain.has(parameter_)) ??
    Object.keys(headers).find((one) => one !== 'if-match' && one !== 'if-none-match');
  if (odd !== undefined)
    throw new UnknownCallError(`${method} with ${odd} is not in the table of calls to S3`);
  if (key === '' && (method === 'HEAD' || method === 'GET')) return [listing];
  const action = objectActions[method];
  if (key === '' || action === undefined)
    throw new UnknownCallError(`${method} ${path} is not in the table of calls to S3`);
  const read = { action: 's3:GetObject', resource: object };
  return [
    { action, resource: object },
    // Of an object that is not there, S3 tells only who may list the bucket; others are refused with 403.
    ...(status === 404 ? [listing] : []),
    // "Enforce conditional writes": comparing with what is there is reading it.
    ...('if-match' in headers && action !== read.action ? [read] : []),
  ];
};

/** ARN of a function, given as its name or an ARN, with what qualifies it. */
const functionArn = (given: string, qualifier: string | null, place: Place): string => {
  const [base = '', inName] = given.startsWith('arn:')
    ? [given.split(':').slice(0, 7).join(':'), given.split(':')[7]]
    : given.split(':');
  const whole = base.startsWith('arn:') ? base : arn(place, 'lambda', `function:${base}`);
  const last = qualifier ?? inName;
  return last === undefined ? whole : `${whole}:${last}`;
};

const accountSettings = /^\/2016-08-19\/account-settings\/?$/;

/** Of one function, by the last part of the path. */
const functionActions: Readonly<Record<string, string>> = {
  'POST invocations': 'lambda:InvokeFunction',
  'GET configuration': 'lambda:GetFunctionConfiguration',
  'PUT configuration': 'lambda:UpdateFunctionConfiguration',
  'POST versions': 'lambda:PublishVersion',
  'POST aliases': 'lambda:CreateAlias',
  'GET aliases': 'lambda:GetAlias',
  'DELETE aliases': 'lambda:DeleteAlias',
  'DELETE ': 'lambda:DeleteFunction',
};

const ofLambda = ({ method, path, query }: RequestCall, place: Place): readonly Need[] => {
  if (method === 'GET' && accountSettings.test(path))
    return [{ action: 'lambda:GetAccountSettings', resource: '*' }];
  const [, encoded = '', what = ''] =
    /^\/2015-03-31\/functions\/([^/]+)(?:\/([^/]+)(?:\/[^/]+)?)?\/?$/.exec(path) ?? [];
  const action = functionActions[`${method} ${what}`];
  if (action === undefined)
    throw new UnknownCallError(`${method} ${path} is not in the table of calls to Lambda`);
  const qualifier = new URLSearchParams(query).get('Qualifier');
  return [{ action, resource: functionArn(decodeURIComponent(encoded), qualifier, place) }];
};

const objectOf = (names: Names): string => `arn:aws:s3:::${name(names, 'Bucket')}/${name(names, 'Key')}`;

/** Tasks of state machines. */
const tasks: Readonly<Record<string, (names: Names) => Need>> = {
  'arn:aws:states:::lambda:invoke': (names) => ({
    action: 'lambda:InvokeFunction',
    resource: name(names, 'FunctionName'),
  }),
  'arn:aws:states:::s3:getObject': (names) => ({ action: 's3:GetObject', resource: objectOf(names) }),
  'arn:aws:states:::aws-sdk:s3:putObject': (names) => ({ action: 's3:PutObject', resource: objectOf(names) }),
  'arn:aws:states:::states:startExecution.sync:2': (names) => ({
    action: 'states:StartExecution',
    resource: name(names, 'StateMachineArn'),
  }),
  'arn:aws:states:::states:startExecution': (names) => ({
    action: 'states:StartExecution',
    resource: name(names, 'StateMachineArn'),
  }),
};

/** @throws UnknownCallError for a call that is not in the tables here */
export const needsOf = (call: RequestCall | TaskCall | RouteCall, place: Place): readonly Need[] => {
  if (call.kind === 'route') return [{ action: 'lambda:InvokeFunction', resource: call.functionArn }];
  if (call.kind === 'task') {
    const need = tasks[call.resource];
    if (need === undefined) throw new UnknownCallError(`${call.resource} is not in the table of tasks`);
    return [need(call.names)];
  }
  if (call.service === 's3') return ofS3(call);
  return call.service === 'lambda' ? ofLambda(call, place) : ofOperation(call, place);
};
