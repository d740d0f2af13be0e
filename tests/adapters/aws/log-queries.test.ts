import {
  CloudWatchLogsClient,
  CloudWatchLogsServiceException,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { cloudWatchLogQueries, createLogsClient } from '../../../src/adapters/aws/log-queries.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const query = { logGroup: '/g', text: 'stats count(*) as n', fromMs: 1500, toMs: 2500 };

const setUp = () => {
  const client = new CloudWatchLogsClient({ region: 'eu-west-2' });
  const mock = mockClient(client);
  mock.on(StartQueryCommand).resolves({ queryId: 'q' });
  const clock = new VirtualClock();
  return { mock, clock, run: () => clock.run(cloudWatchLogQueries(client, clock).run(query)) };
};

const refusal = (name: string) =>
  new CloudWatchLogsServiceException({ name, $fault: 'client', $metadata: {}, message: name });

describe('cloudWatchLogQueries', () => {
  it('asks for whole seconds, waits for the result and gives its rows', async () => {
    const { mock, run } = setUp();
    mock
      .on(GetQueryResultsCommand)
      .resolvesOnce({ status: 'Scheduled', results: [] })
      .resolvesOnce({ status: 'Running', results: [] })
      .resolves({
        status: 'Complete',
        results: [[{ field: 'n', value: '3' }]],
        statistics: { bytesScanned: 12 },
      });
    expect(await run()).toEqual({ rows: [{ n: '3' }], scannedBytes: 12 });
    expect(mock.commandCalls(StartQueryCommand)[0]!.args[0].input).toEqual({
      ...{ logGroupName: '/g', queryString: query.text, startTime: 1, endTime: 3 },
    });
    expect(mock.commandCalls(GetQueryResultsCommand)).toHaveLength(3);
    expect(mock.commandCalls(StopQueryCommand)).toHaveLength(0);
  });

  it('stops a query that gives no result within a minute', async () => {
    const { mock, run, clock } = setUp();
    mock.on(GetQueryResultsCommand).resolves({ status: 'Running' });
    mock.on(StopQueryCommand).rejects(refusal('InvalidParameterException'));
    await expect(run()).rejects.toMatchObject({ name: 'LogQueryError' });
    expect(mock.commandCalls(StopQueryCommand)[0]!.args[0].input).toEqual({ queryId: 'q' });
    expect(clock.now()).toBeLessThanOrEqual(60_000);
  });

  it('tells how a query ended that has no result', async () => {
    const { mock, run } = setUp();
    mock.on(GetQueryResultsCommand).resolves({ status: 'Failed' });
    await expect(run()).rejects.toThrow('the query ended as Failed');
  });

  it('waits for its turn where too many queries run, and not for anything else', async () => {
    const { mock, run, clock } = setUp();
    mock
      .on(StartQueryCommand)
      .rejectsOnce(refusal('LimitExceededException'))
      .rejectsOnce(refusal('LimitExceededException'))
      .resolves({ queryId: 'q' });
    mock.on(GetQueryResultsCommand).resolves({ status: 'Complete' });
    expect(await run()).toEqual({ rows: [], scannedBytes: 0 });
    expect(clock.now()).toBe(300);
    mock.on(StartQueryCommand).rejects(refusal('MalformedQueryException'));
    await expect(run()).rejects.toThrow('MalformedQueryException');
  });

  it('makes clients that retry', async () => {
    expect(await createLogsClient().config.maxAttempts()).toBe(5);
  });
});
