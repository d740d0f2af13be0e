/** The REST API variant on the emulator, as far as that has it: no canary, no access logs, no variable in an integration's address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Lambda } from '@aws-sdk/client-lambda';
import { keyHeader } from '../../src/local/credentials.ts';
import { startTestEmulator, type TestEmulator } from '../local/fixtures/emulator.ts';
import { packageOf } from '../local/fixtures/functions.ts';
import { eventually } from '../local/fixtures/processes.ts';
import { root } from '../contract/services.ts';

const StackName = 'variant';
const TemplateBody = readFileSync(join(root, 'templates/variants/rest-canary.yaml'), 'utf8');
let emulator: TestEmulator;
let cloudFormation: CloudFormation;
let lambda: Lambda;

beforeAll(async () => {
  emulator = await startTestEmulator();
  cloudFormation = new CloudFormation(emulator.client);
  lambda = new Lambda(emulator.client);
  const ZipFile = packageOf('export const handler = () => 1;');
  const made = { FunctionName: 'hits', Runtime: 'nodejs24.x', Handler: 'app.handler' } as const;
  await lambda.createFunction({ ...made, Role: 'arn:aws:iam::000000000000:role/any', Code: { ZipFile } });
  const { Version } = await lambda.publishVersion({ FunctionName: 'hits' });
  for (const Name of ['live', 'canary'])
    await lambda.createAlias({ FunctionName: 'hits', Name, FunctionVersion: Version! });
}, 120_000);
afterAll(async () => {
  cloudFormation.destroy();
  lambda.destroy();
  await emulator.stop();
});

const parameters = (percent: number) =>
  Object.entries({ FunctionName: 'hits', CanaryPercent: String(percent), RateLimit: '100' }).map(
    ([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }),
  );
const settled = () =>
  eventually('the stack settled', async () => {
    const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName });
    return stack?.StackStatus?.endsWith('IN_PROGRESS') === false && stack;
  });
const read = async (path: string): Promise<unknown> => {
  const headers = { [keyHeader]: emulator.client.credentials.accessKeyId };
  return (await fetch(`${emulator.url}/restapis/${path}`, { headers })).json();
};
/** Who may invoke an alias; undefined where nobody may. */
const policyOf = async (Qualifier: string): Promise<string | undefined> => {
  try {
    return (await lambda.getPolicy({ FunctionName: 'hits', Qualifier })).Policy;
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    return undefined;
  }
};

describe('the REST API variant', () => {
  it('is deployed without a canary: its stage names the alias, which alone may be invoked, is throttled and logs for a time', async () => {
    await cloudFormation.createStack({ StackName, TemplateBody, Parameters: parameters(0) });
    const { StackStatus, Outputs = [] } = await settled();
    expect(StackStatus).toBe('CREATE_COMPLETE');
    const api = /^https:\/\/(\w+)\.execute-api\.[^/]+\/live\/$/.exec(Outputs[0]?.OutputValue ?? '')![1]!;

    expect(await read(`${api}/stages/live`)).toMatchObject({
      variables: { alias: 'live' },
      methodSettings: { '*/*': { throttlingRateLimit: 100, throttlingBurstLimit: 500 } },
    });
    const { item } = (await read(`${api}/resources?embed=methods`)) as {
      item: readonly { path: string; resourceMethods?: { GET: { methodIntegration: object } } }[];
    };
    expect(item.map(({ path }) => path).sort()).toEqual(['/', '/{proxy+}']);
    for (const { resourceMethods } of item)
      expect(resourceMethods?.GET.methodIntegration).toMatchObject({
        type: 'AWS_PROXY',
        httpMethod: 'POST',
        uri: expect.stringMatching(/:function:hits:\$\{stageVariables\.alias\}\/invocations$/) as string,
      });

    expect(await policyOf('live')).toContain(`:${api}/live/GET/*`);
    expect(await policyOf('canary')).toBeUndefined();

    const logs = new CloudWatchLogs(emulator.client);
    const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: '/latency-lab/apis/' });
    logs.destroy();
    expect(logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays])).toEqual([
      ['/latency-lab/apis/variant', 14],
      ['/latency-lab/apis/variant/Canary', 14],
    ]);
  });

  it("lets the API invoke the canary's alias as well while there is one, and no longer", async () => {
    await cloudFormation.updateStack({ StackName, TemplateBody, Parameters: parameters(10) });
    expect((await settled()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await policyOf('canary')).toContain('/live/GET/*');
    await cloudFormation.updateStack({ StackName, TemplateBody, Parameters: parameters(0) });
    expect((await settled()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await policyOf('canary')).toBeUndefined();
  });
});
