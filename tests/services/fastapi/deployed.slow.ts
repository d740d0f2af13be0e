/** The function that deploys with the stack, as it stands in the template: run by the real boto3 against services that are played. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseDocument } from 'yaml';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { root } from '../../contract/services.ts';
import { ownDirectory } from '../../support/directory.ts';
import { serve, type HttpServer } from '../../support/http-server.ts';

jest.setTimeout(120_000);

const layer = 'arn:aws:lambda:eu-west-2:123456789012:layer:FastapiLayer0a1b:7';
const key = 'revisions/fastapi-ec2/FastapiLayer0a1b-7.zip';
const properties = {
  LayerArn: layer,
  BucketName: 'results',
  ApplicationName: 'an-application',
  GroupName: 'a-group',
  ServerTemplateVersion: '3',
};
type Json = Record<string, unknown>;

let server: HttpServer;
let python: string;
const directory = ownDirectory();
/** What the services answer, by operation, one after another; the last one for ever. */
let answers: Record<string, readonly (readonly [status: number, body: Json])[]>;
let asked: { readonly what: string; readonly body: string }[];

beforeAll(async () => {
  python = (await ensureTools(root, ['sam'])).sam.exec;
  server = await serve((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const target = String(headers['x-amz-target'] ?? url);
      const operation = target.startsWith('/2018-10-31/layers?find=LayerVersion')
        ? 'GetLayerVersionByArn'
        : target.replace('CodeDeploy_20141006.', '');
      const what = operation === url ? `${method} ${url}` : operation;
      const before = asked.filter((one) => one.what === what).length;
      asked.push({ what, body });
      const [status, said] = answers[operation]?.[before] ?? answers[operation]?.at(-1) ?? [200, {}];
      const isStore = url.startsWith('/results/');
      response.setHeader('etag', '"0a1b"').writeHead(status);
      response.end(isStore ? '' : url === '/layer.zip' ? 'the layer' : JSON.stringify(said));
    });
  });
  const template = readFileSync(join(root, 'templates/architectures/fastapi-ec2/deployment.yaml'), 'utf8');
  const code = parseDocument(template, { logLevel: 'silent' }).getIn([
    ...['Resources', 'DeployFunction', 'Properties', 'Code', 'ZipFile'],
  ]) as string;
  writeFileSync(join(directory, 'index.py'), code);
  const runner = [
    'import json, sys, time, index',
    'index.PAUSE, ends = 0.01, time.monotonic() + 60 + float(sys.argv[2])',
    'class Context:',
    '    def get_remaining_time_in_millis(self): return 1000 * (ends - time.monotonic())',
    'index.handler(json.loads(sys.argv[1]), Context())',
  ];
  writeFileSync(join(directory, 'run.py'), runner.join('\n'));
}, 300_000);
beforeEach(() => {
  answers = {
    GetLayerVersionByArn: [[200, { Content: { Location: `${server.origin}/layer.zip` } }]],
    CreateDeployment: [[200, { deploymentId: 'd-1' }]],
    GetDeployment: [deployment('InProgress'), deployment('Succeeded')],
    ListDeploymentTargets: [[200, { targetIds: ['i-0123'] }]],
    StopDeployment: [[200, { status: 'Pending' }]],
  };
  asked = [];
});
afterAll(() => server.close());

const deployment = (status: string, more: Json = {}): readonly [number, Json] => [
  200,
  { deploymentInfo: { deploymentId: 'd-1', status, ...more } },
];
const limit: readonly [number, Json] = [
  400,
  { __type: 'DeploymentLimitExceededException', message: 'one runs' },
];

/** Calls the function as CloudFormation does. @param seconds that it has @returns its answer to CloudFormation */
const call = async (request: Json, seconds = 30): Promise<Json> => {
  const event = {
    ...{ StackId: 'a-stack', RequestId: 'a-request', LogicalResourceId: 'Deployed' },
    ...{ ResponseURL: `${server.origin}/answer?signed=1`, ResourceProperties: properties, ...request },
  };
  const child = spawn(python, ['run.py', JSON.stringify(event), String(seconds)], {
    cwd: directory,
    env: {
      AWS_ENDPOINT_URL: server.origin,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_DEFAULT_REGION: 'eu-west-2',
      AWS_MAX_ATTEMPTS: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
  expect({ code, said }).toEqual({ code: 0, said: '' });
  const answer = asked.filter(({ what }) => what === 'PUT /answer?signed=1');
  expect(answer).toHaveLength(1);
  return JSON.parse(answer[0]!.body) as Json;
};
const whats = () => asked.map(({ what }) => what);
const bodyOf = (operation: string) => JSON.parse(asked.find(({ what }) => what === operation)!.body) as Json;

describe('the deployment that a stack makes', () => {
  it('stores the layer as a revision, deploys it and succeeds when the deployment has', async () => {
    expect(await call({ RequestType: 'Create' })).toEqual({
      ...{ StackId: 'a-stack', RequestId: 'a-request', LogicalResourceId: 'Deployed' },
      ...{ PhysicalResourceId: key, Status: 'SUCCESS' },
    });
    expect(whats()).toEqual([
      'GetLayerVersionByArn',
      'GET /layer.zip',
      `PUT /results/${key}`,
      'CreateDeployment',
      'GetDeployment',
      'GetDeployment',
      'PUT /answer?signed=1',
    ]);
    expect(asked[2]!.body).toContain('the layer');
    expect(bodyOf('CreateDeployment')).toEqual({
      applicationName: 'an-application',
      deploymentGroupName: 'a-group',
      ignoreApplicationStopFailures: true,
      revision: {
        revisionType: 'S3',
        s3Location: { bucket: 'results', key, bundleType: 'zip', eTag: '0a1b' },
      },
    });
  });

  it("waits for CodeDeploy's own deployment to a new server", async () => {
    answers['CreateDeployment'] = [limit, limit, [200, { deploymentId: 'd-1' }]];
    expect(await call({ RequestType: 'Update', PhysicalResourceId: key })).toMatchObject({
      Status: 'SUCCESS',
    });
    expect(whats().filter((what) => what === 'CreateDeployment')).toHaveLength(3);
  });

  it('fails with the script that failed and the end of what it wrote', async () => {
    answers['GetDeployment'] = [
      deployment('InProgress'),
      deployment('Failed', { errorInformation: { code: 'HEALTH_CONSTRAINTS', message: 'too many failed' } }),
    ];
    const failed = {
      message: 'validate.sh failed with exit code 22',
      logTail: `${'x'.repeat(900)}error: 404`,
    };
    const events = [
      { lifecycleEventName: 'ApplicationStart', status: 'Succeeded' },
      { lifecycleEventName: 'ValidateService', status: 'Failed', diagnostics: failed },
    ];
    const instanceTarget = { targetId: 'i-0123', lifecycleEvents: events };
    answers['BatchGetDeploymentTargets'] = [
      [200, { deploymentTargets: [{ deploymentTargetType: 'InstanceTarget', instanceTarget }] }],
    ];
    const { Status, Reason } = await call({ RequestType: 'Update', PhysicalResourceId: 'the old one' });
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(
      /^deployment d-1: too many failed; ValidateService: validate\.sh failed with exit code 22 x+error: 404$/,
    );
  });

  it('stops a deployment that takes longer than the function may, and lets CodeDeploy roll it back', async () => {
    answers['GetDeployment'] = [deployment('InProgress')];
    expect(await call({ RequestType: 'Create' }, 1)).toMatchObject({
      Status: 'FAILED',
      Reason: 'deployment d-1 was stopped: the server took too long',
    });
    expect(bodyOf('StopDeployment')).toEqual({ deploymentId: 'd-1', autoRollbackEnabled: true });
  });

  it('answers also when another deployment does not end, and when the layer cannot be read', async () => {
    answers['CreateDeployment'] = [limit];
    const { Status, Reason } = await call({ RequestType: 'Create' }, 1);
    expect({ Status, Reason }).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('DeploymentLimitExceededException') as string,
    });
    asked = [];
    answers['GetLayerVersionByArn'] = [[404, { Message: 'no such layer' }]];
    expect(await call({ RequestType: 'Create' })).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('no such layer') as string,
    });
  });

  it('deletes its revision, and nothing else, when it is deleted', async () => {
    expect(
      await call({ RequestType: 'Delete', PhysicalResourceId: 'revisions/fastapi-ec2/old-6.zip' }),
    ).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'revisions/fastapi-ec2/old-6.zip' });
    expect(whats()).toEqual(['DELETE /results/revisions/fastapi-ec2/old-6.zip', 'PUT /answer?signed=1']);
  });
});
