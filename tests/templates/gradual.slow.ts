/** What GradualRollout=true deploys on a local plane: everything but CodeDeploy's own resources. */
import {
  CloudFormationClient,
  paginateDescribeStacks,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { judgeLab } from '../local/iam/lab.ts';
import { type DeployedLab, deployWholeLab } from '../statemachines/deployed-lab.ts';

jest.setTimeout(600_000);

let lab: DeployedLab;
const clients: { destroy: () => void }[] = [];
const open = <T extends { destroy: () => void }>(client: T): T => {
  clients.push(client);
  return client;
};
const settings = () => ({
  endpoint: lab.emulatorUrl,
  region: 'us-east-1',
  credentials: lab.credentials,
});

/** Of all stacks: the physical ids of each type. */
const resources = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
  const client = open(new CloudFormationClient(settings()));
  const found = new Map<string, string[]>();
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
    for (const { StackName } of Stacks)
      for await (const page of paginateListStackResources({ client }, { StackName }))
        for (const { ResourceType = '', PhysicalResourceId = '' } of page.StackResourceSummaries ?? [])
          found.set(ResourceType, [...(found.get(ResourceType) ?? []), PhysicalResourceId]);
  return found;
};

beforeAll(async () => {
  lab = await deployWholeLab(['null', 'node-dynamodb'], { gradual: true });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await lab.stop();
});

const probeArn = async (): Promise<string> => {
  const client = open(new SSMClient(settings()));
  const { Parameter } = await client.send(
    new GetParameterCommand({ Name: `/latency-lab/${lab.labName}/probe` }),
  );
  return Parameter?.Value ?? '';
};

it('deploys hooks, probe and alarms, nothing of CodeDeploy and no clock', async () => {
  const found = await resources();
  const types = [...found.keys()];
  expect(types.filter((type) => /CodeDeploy|Events::Rule/.test(type))).toEqual([]);
  expect(found.get('AWS::CloudWatch::Alarm')).toHaveLength(2 * 5);
  const functions = found.get('AWS::Lambda::Function') ?? [];
  for (const hook of ['PreTraffic', 'PostTraffic']) {
    const arn = lab.outputs[`${hook}FunctionArn`] ?? '';
    expect(arn).toMatch(/^arn:aws:lambda:[^:]+:\d+:function:[^:]+$/);
    expect(functions).toContain(arn.split(':').at(-1));
  }
});

it('describes the alarms as the template has them, each with the function in its dimensions', async () => {
  const client = open(new CloudWatchClient(settings()));
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
  const plain = ({ MetricName, Namespace, Statistic, Period, EvaluationPeriods, ...more }: MetricAlarm) => [
    ...[Namespace, MetricName, Statistic, Period, EvaluationPeriods],
    ...[more.DatapointsToAlarm, more.Threshold, more.ComparisonOperator, more.TreatMissingData],
  ];
  const greater = 'GreaterThanThreshold';
  const dimensionsOf = ({ Dimensions = [], Metrics = [] }: MetricAlarm) =>
    [Dimensions, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric?.Dimensions ?? [])].flat();
  const named = dimensionsOf(MetricAlarms[0]!).find(({ Name }) => Name === 'FunctionName')?.Value;
  const own = MetricAlarms.filter((alarm) => dimensionsOf(alarm).some(({ Value }) => Value === named));
  const simple = own.filter(({ Metrics = [] }) => Metrics.length === 0).map(plain);
  expect(simple.sort()).toEqual([
    ['AWS/Lambda', 'Throttles', 'Sum', 60, 1, undefined, 0, greater, 'notBreaching'],
    ['LatencyLab', 'ErrorShareRiseAtLeast', 'Maximum', 60, 1, undefined, 0, greater, 'notBreaching'],
    ['LatencyLab', 'P50RatioAtLeast', 'Maximum', 60, 1, undefined, 1, greater, 'notBreaching'],
    ['LatencyLab', 'P99RatioAtLeast', 'Maximum', 60, 2, 2, 1, greater, 'breaching'],
  ]);
  const [errors, ...others] = own.filter(({ Metrics = [] }) => Metrics.length > 0);
  expect(others).toEqual([]);
  const Dimensions = [
    { Name: 'FunctionName', Value: named },
    { Name: 'Resource', Value: `${named}:live` },
  ];
  const sum = (Id: string, MetricName: string) => ({
    Id,
    ReturnData: false,
    MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions }, Stat: 'Sum', Period: 60 },
  });
  expect(errors).toMatchObject({ Threshold: 0.05, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
  expect(errors?.Metrics).toEqual([
    { Id: 'share', Expression: 'IF(invocations >= 20, errors / invocations, 0)', ReturnData: true },
    sum('errors', 'Errors'),
    sum('invocations', 'Invocations'),
  ]);
});

it('names the probe in a parameter; rung, it looks at the aliases of both functions, as its role may', async () => {
  const lambda = open(
    new LambdaClient({ ...settings(), endpoint: lab.env['AWS_ENDPOINT_URL_LAMBDA'] ?? '' }),
  );
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: await probeArn(), Payload: '{}' }),
  );
  const text = Payload?.transformToString() ?? '';
  expect([FunctionError, text]).toEqual([undefined, text]);
  const seen = JSON.parse(text) as { functionName: string; silent?: boolean }[];
  expect(seen).toHaveLength(2);
  expect(seen.filter(({ silent }) => silent === true)).toEqual([]);
  expect((await judgeLab(lab))().refused).toEqual([]);
});
