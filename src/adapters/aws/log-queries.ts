import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  QueryStatus,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LabError } from '../../core/errors.ts';
import type { Clock, LogQueries, LogQuery } from '../../ports/index.ts';

/** Starting a query a second time costs its scan once more and harms nobody. */
export const createLogsClient = (): CloudWatchLogsClient =>
  new CloudWatchLogsClient({ maxAttempts: 5, retryMode: 'standard' });

/** A query ended without a result, or had none in time. */
export class LogQueryError extends LabError {
  override readonly name = 'LogQueryError';
}

/** A query over a run's lines takes a second or two on AWS; one that is not done after this is given up, so that the run ends. */
const patienceMs = 60_000;
/** Between two looks at a query. */
const firstWaitMs = 100;
const longestWaitMs = 2000;

const pending: readonly (string | undefined)[] = [QueryStatus.Scheduled, QueryStatus.Running];

const hasName = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** The queries of one account: at most 30 run at once, whoever started them. */
export const cloudWatchLogQueries = (
  client: CloudWatchLogsClient,
  clock: Pick<Clock, 'now' | 'sleepUntil'>,
): LogQueries => {
  const waits = function* (): Generator<number> {
    for (let ms = firstWaitMs; ; ms = Math.min(2 * ms, longestWaitMs)) yield ms;
  };

  /** Where too many are running it waits for its turn. */
  const start = async ({ logGroup, text, fromMs, toMs }: LogQuery, endMs: number): Promise<string> => {
    const command = new StartQueryCommand({
      logGroupName: logGroup,
      queryString: text,
      startTime: Math.floor(fromMs / 1000),
      endTime: Math.ceil(toMs / 1000),
    });
    for (const ms of waits()) {
      try {
        return (await client.send(command)).queryId ?? '';
      } catch (error) {
        if (!hasName(error, 'LimitExceededException') || clock.now() + ms > endMs) throw error;
        await clock.sleepUntil(clock.now() + ms);
      }
    }
    return '';
  };

  const resultsOf = async (queryId: string, endMs: number): Promise<GetQueryResultsCommandOutput> => {
    for (const ms of waits()) {
      const answer = await client.send(new GetQueryResultsCommand({ queryId }));
      if (answer.status === QueryStatus.Complete) return answer;
      if (!pending.includes(answer.status))
        throw new LogQueryError(`the query ended as ${answer.status ?? 'nothing that is known'}`);
      if (clock.now() + ms > endMs) break;
      await clock.sleepUntil(clock.now() + ms);
    }
    // It may have ended in this moment, and it ends by itself after an hour.
    await client.send(new StopQueryCommand({ queryId })).catch(() => undefined);
    throw new LogQueryError(`the query had no result within ${patienceMs / 1000} s and was stopped`);
  };

  return {
    run: async (query) => {
      const endMs = clock.now() + patienceMs;
      const { results = [], statistics } = await resultsOf(await start(query, endMs), endMs);
      return {
        rows: results.map((row) =>
          Object.fromEntries(row.map(({ field = '', value = '' }) => [field, value] as const)),
        ),
        scannedBytes: statistics?.bytesScanned ?? 0,
      };
    },
  };
};
