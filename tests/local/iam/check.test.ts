import type { Call, RequestCall } from './calls.ts';
import { check, type Findings } from './check.ts';
import type { Deployed, Role } from './deployed.ts';
import type { Policy } from './policy.ts';
import { allow, policy } from './statements.ts';

const place = { region: 'eu-west-2', accountId: '111122223333' };
const trusting = (Service: string, Condition = {}): Policy =>
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service }, Condition });

const reader = 'arn:aws:lambda:eu-west-2:111122223333:function:reader';

const role: Role = {
  arn: 'arn:aws:iam::111122223333:role/lab-ReaderRole-1A2B3C',
  trust: trusting('lambda.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '111122223333' } }),
  policies: {
    read: policy(
      allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::lab-results-4d5e6f/runs/*'),
      allow('logs:PutLogEvents', 'arn:aws:logs:eu-west-2:111122223333:log-group:lab-logs:*'),
    ),
  },
  boundary: undefined,
};
const machineRole: Role = {
  arn: 'arn:aws:iam::111122223333:role/lab-MachineRole',
  trust: trusting('states.amazonaws.com'),
  policies: { invoke: policy(allow('lambda:InvokeFunction', reader)) },
  boundary: undefined,
};
const alias = 'arn:aws:lambda:eu-west-2:111122223333:function:service:live';
const deployed: Deployed = {
  roles: [role, machineRole],
  resourcePolicies: {
    [alias]: policy({
      ...allow('lambda:InvokeFunction', alias, {
        ArnLike: { 'AWS:SourceArn': 'arn:aws:execute-api:eu-west-2:111122223333:api1/*' },
      }),
      Principal: { Service: 'apigateway.amazonaws.com' },
    }),
  },
  names: [
    { physicalId: 'lab-ReaderRole-1A2B3C', path: 'Control/ReaderRole', template: 'templates/control.yaml' },
    { physicalId: 'lab-results-4d5e6f', path: 'Results', template: 'templates/root.yaml' },
  ],
};

const environment: Call = {
  kind: 'environment',
  accessKeyId: 'ASIA1',
  functionArn: reader,
  role: role.arn,
  logGroup: 'lab-logs',
  logStream: 'one',
};
const request = (more: Partial<RequestCall>): RequestCall => ({
  kind: 'request',
  accessKeyId: 'ASIA1',
  service: 's3',
  method: 'GET',
  path: '/',
  query: '',
  status: 200,
  ...more,
});
const get = request({ path: '/lab-results-4d5e6f/runs/1.json' });
const put = request({ path: '/lab-results-4d5e6f/runs/1.json', method: 'PUT' });
const log = request({
  ...{ accessKeyId: 'test', service: 'logs', target: 'Logs_20140328.PutLogEvents' },
  names: { logGroupName: 'lab-logs', logStreamName: 'one' },
});
const task: Call = {
  kind: 'task',
  role: machineRole.arn,
  stateMachine: 'arn:aws:states:eu-west-2:111122223333:stateMachine:m',
  resource: 'arn:aws:states:::lambda:invoke',
  names: { FunctionName: reader },
};
const route: Call = {
  kind: 'route',
  apiId: 'api1',
  stage: '$default',
  routeKey: '$default',
  functionArn: alias,
};
const operator: Call = { kind: 'operator', accessKeyId: 'test' };
const whole = [operator, environment, get, put, log, task, route];

const judged = (calls: readonly Call[], change: Partial<Deployed> = {}): Findings =>
  check(calls, { ...deployed, ...change }, place);
const refusedOf = (calls: readonly Call[], change: Partial<Deployed> = {}) => judged(calls, change).refused;
const withRole = (change: Partial<Role>): Partial<Deployed> => ({
  roles: [{ ...role, ...change }, machineRole],
});

describe('check', () => {
  it('finds nothing where everything is allowed, used and needed', () => {
    expect(judged(whole)).toEqual({ refused: [], unused: [], redundant: [] });
  });

  it('names the role, its template, the action, the resource and the call of what is missing', () => {
    expect(refusedOf(whole, withRole({ policies: {} }))).toEqual([
      '{Control/ReaderRole} (templates/control.yaml) may not s3:GetObject on arn:aws:s3:::{Results}/runs/1.json: allowed by no statement. Wanted by s3 GET /{Results}/runs/1.json',
      expect.stringContaining('may not s3:PutObject on'),
      expect.stringContaining('may not logs:PutLogEvents on'),
    ]);
  });

  it('lists what was not used', () => {
    expect(judged(whole.filter((call) => call !== put && call !== route)).unused).toEqual([
      '{Control/ReaderRole} s3:PutObject arn:aws:s3:::{Results}/runs/*',
      `${alias} lambda:InvokeFunction ${alias}`,
    ]);
  });

  it('lists what was used and is allowed twice', () => {
    const more = policy(allow('s3:Get*', '*'));
    expect(judged(whole, withRole({ policies: { ...role.policies, more } })).redundant).toEqual([
      '{Control/ReaderRole} s3:GetObject arn:aws:s3:::{Results}/runs/*',
      '{Control/ReaderRole} s3:Get* *',
    ]);
  });

  it('judges by the limits of a boundary', () => {
    const boundary = policy(allow('logs:*', '*'));
    expect(refusedOf([operator, environment, get, log], withRole({ boundary }))).toEqual([
      expect.stringContaining('may not s3:GetObject'),
    ]);
  });

  it.each([
    ['trusts another service', trusting('ec2.amazonaws.com')],
    [
      'trusts another account',
      trusting('lambda.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '1' } }),
    ],
  ])('refuses a role that %s', (_, trust) => {
    expect(refusedOf([environment], withRole({ trust }))).toEqual([
      expect.stringMatching(
        /^lambda\.amazonaws\.com may not sts:AssumeRole on \{Control\/ReaderRole\}: allowed by no statement/,
      ),
    ]);
  });

  it('lets an HTTP API invoke what permits that API, and nothing else', () => {
    const other = { ...route, apiId: 'api2' };
    expect(refusedOf([other])).toEqual([
      expect.stringContaining(`may not lambda:InvokeFunction on ${alias}`),
    ]);
    expect(refusedOf([{ ...route, functionArn: alias.replace(':live', '') }])).toHaveLength(1);
  });

  it('tells an alias from the function itself', () => {
    const names = { FunctionName: `${reader}:live` };
    expect(refusedOf([{ ...task, names }])).toEqual([
      expect.stringContaining('reader:live: allowed by no statement'),
    ]);
  });

  it.each<[string, Call]>([
    ['nobody was given the key', { ...get, accessKeyId: 'ASIA2' }],
    ['sqs:SendMessage is not in the table', request({ service: 'sqs', target: 'AmazonSQS.SendMessage' })],
  ])('refuses what it cannot understand: %s', (said, call) => {
    expect(refusedOf([environment, call])).toEqual([expect.stringContaining(said)]);
  });

  it('refuses to judge by a key of which it does not know what AWS knows', () => {
    const policies = { odd: policy(allow('*', '*', { Bool: { 'aws:ViaAWSService': 'true' } })) };
    expect(refusedOf([environment, get], withRole({ policies }))).toEqual([
      expect.stringContaining('what AWS would know under the key aws:ViaAWSService is not known'),
    ]);
  });

  it('leaves the operator out, but for the log lines of functions', () => {
    expect(
      refusedOf([operator, environment, { ...get, accessKeyId: 'test', path: '/anything/at/all' }]),
    ).toEqual([]);
    const elsewhere = { ...deployed, ...withRole({ policies: {} }) };
    expect(refusedOf([operator, environment, log], elsewhere)).toHaveLength(1);
  });
});
