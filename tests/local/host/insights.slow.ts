import {
  CloudWatchLogsClient,
  type GetQueryResultsCommandOutput,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { credentialsFor, administrator } from '../../../src/local/credentials.ts';
import { handler, type InMemoryHost, startInMemoryHost } from './in-memory-host.ts';

jest.setTimeout(60_000);

let lambda: InMemoryHost;
let logs: CloudWatchLogsClient;
beforeAll(async () => {
  lambda = await startInMemoryHost();
  logs = new CloudWatchLogsClient({
    endpoint: lambda.host.lambdaUrl,
    region: 'us-east-1',
    credentials: credentialsFor(lambda.config.secret, administrator),
    maxAttempts: 1,
  });
});
afterAll(async () => {
  logs.destroy();
  await lambda.close();
});

const group = '/aws/lambda/asked';
const start = async (queryString: string, logGroupName = group): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const command = new StartQueryCommand({
    ...{ logGroupName, queryString, startTime: now - 600, endTime: now + 60 },
  });
  return (await logs.send(command)).queryId!;
};

const resultsOf = async (queryId: string): Promise<GetQueryResultsCommandOutput> => {
  for (;;) {
    const answer = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (answer.status !== 'Running') return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe('queries of CloudWatch Logs Insights', () => {
  it('are answered by the SDK’s own client, over the lines of real invocations', async () => {
    lambda.define('asked', handler('return 1;'));
    await lambda.invoke('asked');
    await lambda.logged(group, /REPORT/);
    await lambda.invoke('asked');
    await lambda.invoke('asked');
    // Straight after an invocation its lines are not written yet: the query waits for them.
    const id = await start('filter @type = "REPORT" | stats count(*) as n, count(@initDuration) as colds');
    const first = await logs.send(new GetQueryResultsCommand({ queryId: id }));
    expect(first).toMatchObject({ status: 'Running', results: [] });
    const { status, results, statistics } = await resultsOf(id);
    expect({ status, results }).toEqual({
      status: 'Complete',
      results: [
        [
          { field: 'n', value: '3' },
          { field: 'colds', value: '1' },
        ],
      ],
    });
    expect(statistics!.recordsMatched).toBe(3);
    expect(statistics!.recordsScanned).toBeGreaterThanOrEqual(9);
    expect(statistics!.bytesScanned).toBeGreaterThan(500);
  });

  it('are refused with the command that is not known', async () => {
    const refused = start('fields @message | anomaly');
    await expect(refused).rejects.toMatchObject({
      name: 'MalformedQueryException',
      message: expect.stringContaining('the command "anomaly"'),
    });
  });

  it('are refused of a log group that is not there, and in numbers that AWS does not take', async () => {
    await expect(start('limit 1', '/aws/lambda/nobody')).rejects.toThrow(/does not exist/);
    const bad = new StartQueryCommand({
      logGroupName: group,
      queryString: 'limit 1',
      startTime: 2,
      endTime: 1,
    });
    await expect(logs.send(bad)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const unknown = new GetQueryResultsCommand({ queryId: 'nobody' });
    await expect(logs.send(unknown)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('can be stopped while they run, and not afterwards', async () => {
    await lambda.invoke('asked');
    const queryId = await start('stats count(*)');
    expect((await logs.send(new StopQueryCommand({ queryId }))).success).toBe(true);
    expect((await resultsOf(queryId)).status).toBe('Cancelled');
    await expect(logs.send(new StopQueryCommand({ queryId }))).rejects.toThrow('Cancelled');
  });

  it('are the only calls of CloudWatch Logs that are answered here', async () => {
    await logs.send(new DescribeLogGroupsCommand({})).catch(() => undefined);
    expect(lambda.passedOn.at(-1)).toMatch(/^POST \/ /);
  });
});
