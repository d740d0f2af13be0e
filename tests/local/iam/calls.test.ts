import { needsOf, type RequestCall, type TaskCall } from './calls.ts';

const place = { region: 'eu-west-2', accountId: '111122223333' };
const base: RequestCall = {
  ...{ kind: 'request', accessKeyId: 'ASIA', service: '', method: 'POST', path: '/', query: '', status: 200 },
};
const needs = (call: RequestCall | TaskCall) =>
  needsOf(call, place).map(({ action, resource }) => `${action} ${resource}`);

describe('requests to JSON APIs', () => {
  it.each<[string, string, RequestCall['names'], string[]]>([
    ['dynamodb', 'DynamoDB_20120810.UpdateItem', { TableName: 't' }, ['table/t']],
    ['ssm', 'AmazonSSM.GetParameter', { Name: '/a/b' }, ['parameter/a/b']],
    ['ssm', 'AmazonSSM.GetParameters', { Names: ['/a', 'b'] }, ['parameter/a', 'parameter/b']],
    // As AWS words its refusals: with the path as it was asked for.
    ['ssm', 'AmazonSSM.GetParametersByPath', { Path: '/a/' }, ['parameter/a/']],
    [
      'logs',
      'Logs_20140328.PutLogEvents',
      { logGroupName: '/g', logStreamName: 's[1]' },
      ['log-group:/g:log-stream:s[1]'],
    ],
    [
      'logs',
      'Logs_20140328.StartQuery',
      { logGroupNames: ['/g', '/h'] },
      ['log-group:/g:*', 'log-group:/h:*'],
    ],
    [
      'codedeploy',
      'CodeDeploy_20141006.GetDeployment',
      { applicationName: 'a', deploymentGroupName: 'g' },
      ['deploymentgroup:a/g'],
    ],
    ['logs', 'Logs_20140328.GetQueryResults', { logGroupNames: ['/g'] }, ['log-group:/g:*']],
  ])('%s %s', (service, target, names, resources) => {
    const action = target.replace(/.*\./, `${service}:`);
    expect(needs({ ...base, service, target, ...(names && { names }) })).toEqual(
      resources.map((resource) => `${action} arn:aws:${service}:eu-west-2:111122223333:${resource}`),
    );
  });
});

it('stops a query by its id alone', () => {
  const stop = {
    ...base,
    service: 'logs',
    target: 'Logs_20140328.StopQuery',
    names: { logGroupNames: ['/g'] },
  };
  expect(needs(stop)).toEqual(['logs:StopQuery *']);
});

describe('requests to S3', () => {
  const s3 = (method: string, path: string, more: Partial<RequestCall> = {}) =>
    needs({ ...base, service: 's3', method, path, ...more });
  const object = 'arn:aws:s3:::b/k/1';

  it.each([
    ['GET', 's3:GetObject'],
    ['HEAD', 's3:GetObject'],
    ['PUT', 's3:PutObject'],
    ['DELETE', 's3:DeleteObject'],
  ])('%s of an object', (method, action) => {
    expect(s3(method, '/b/k/1', { query: 'x-id=Any' })).toEqual([`${action} ${object}`]);
  });

  it('takes the right to list where the object was not there', () => {
    expect(s3('GET', '/b/k/1', { status: 404 })).toEqual([
      `s3:GetObject ${object}`,
      's3:ListBucket arn:aws:s3:::b',
    ]);
  });

  it('takes the right to read where what is written or deleted is compared first', () => {
    const headers = { 'if-match': '"0"' };
    expect(s3('PUT', '/b/k/1', { headers })).toEqual([`s3:PutObject ${object}`, `s3:GetObject ${object}`]);
    expect(s3('DELETE', '/b/k/1', { headers })).toEqual([
      `s3:DeleteObject ${object}`,
      `s3:GetObject ${object}`,
    ]);
    expect(s3('PUT', '/b/k/1', { headers: { 'if-none-match': '*' } })).toEqual([`s3:PutObject ${object}`]);
  });

  it('lists, and deletes several at once', () => {
    expect(s3('GET', '/b/', { query: 'list-type=2&prefix=k' })).toEqual(['s3:ListBucket arn:aws:s3:::b']);
    expect(s3('GET', '/b', { query: 'encoding-type=url' })).toEqual(['s3:ListBucket arn:aws:s3:::b']);
    expect(() => s3('GET', '/b', { query: 'location' })).toThrow('GET with location');
    expect(s3('POST', '/b', { query: 'delete=', names: { Keys: ['x', 'y/z'] } })).toEqual([
      's3:DeleteObject arn:aws:s3:::b/x',
      's3:DeleteObject arn:aws:s3:::b/y/z',
    ]);
  });
});

describe('invocations', () => {
  const arn = 'arn:aws:lambda:eu-west-2:111122223333:function:f';
  const invoke = (name: string, query = '') =>
    needs({
      ...base,
      service: 'lambda',
      query,
      path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
    });

  it.each([
    ['f', '', arn],
    ['f:live', '', `${arn}:live`],
    ['f', 'Qualifier=live', `${arn}:live`],
    [arn, '', arn],
    [`${arn}:live`, '', `${arn}:live`],
  ])('%s %s', (name, query, resource) => {
    expect(invoke(name, query)).toEqual([`lambda:InvokeFunction ${resource}`]);
  });
});

describe('tasks of state machines', () => {
  const task = (resource: string, names: TaskCall['names']) =>
    needs({ kind: 'task', role: 'r', stateMachine: 'm', resource: `arn:aws:states:::${resource}`, names });

  it('are what the service that they call names them', () => {
    expect(task('lambda:invoke', { FunctionName: 'arn:f' })).toEqual(['lambda:InvokeFunction arn:f']);
    expect(task('s3:getObject', { Bucket: 'b', Key: 'k' })).toEqual(['s3:GetObject arn:aws:s3:::b/k']);
    expect(task('aws-sdk:s3:putObject', { Bucket: 'b', Key: 'k' })).toEqual([
      's3:PutObject arn:aws:s3:::b/k',
    ]);
    expect(task('states:startExecution', { StateMachineArn: 'arn:m' })).toEqual([
      'states:StartExecution arn:m',
    ]);
  });

  it('are refused where they are not known', () => {
    expect(() => task('sqs:sendMessage', {})).toThrow('not in the table of tasks');
  });
});

describe('calls that are not in the tables', () => {
  it.each<[string, Partial<RequestCall>]>([
    ['sqs:SendMessage', { service: 'sqs', target: 'AmazonSQS.SendMessage' }],
    ['dynamodb:TransactWriteItems', { service: 'dynamodb', target: 'DynamoDB_20120810.TransactWriteItems' }],
    ['its TableName was not recorded', { service: 'dynamodb', target: 'DynamoDB_20120810.GetItem' }],
    ['its Names were not recorded', { service: 'ssm', target: 'AmazonSSM.GetParameters' }],
    ['DELETE /b', { service: 's3', method: 'DELETE', path: '/b' }],
    ['PUT with uploadId', { service: 's3', method: 'PUT', path: '/b/k', query: 'uploadId=1' }],
    [
      'PUT with x-amz-acl',
      { service: 's3', method: 'PUT', path: '/b/k', headers: { 'x-amz-acl': 'private' } },
    ],
    ['GET /2015-03-31/functions', { service: 'lambda', method: 'GET', path: '/2015-03-31/functions' }],
  ])('are refused: %s', (said, call) => {
    expect(() => needs({ ...base, ...call })).toThrow(said);
  });
});
