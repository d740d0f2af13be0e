/**
 * CloudWatch Logs Insights as SDK clients speak it: queries are evaluated here, since the emulator does not, and every other
 * call of CloudWatch Logs goes on to it.
 */
import { randomUUID } from 'node:crypto';
import { InputError, messageOf } from '../../core/errors.ts';
import { isObject, readJson } from '../../core/schema/fields.ts';
import type { LogEvents, StoredEvent } from '../insights/events.ts';
import { evaluate, type QueryResult } from '../insights/evaluate.ts';
import { parseQuery } from '../insights/parse.ts';
import { MalformedQueryError, type Query } from '../insights/query.ts';
import { answerJson, operationOf, refuseJson } from './aws-json.ts';
import { jsonCall, type RecordCall } from './call-recorder.ts';
import type { EmulatorReply } from './emulator-client.ts';
import type { HttpRequest } from './http-parser.ts';
import type { HttpExchange, Reply } from './http-server.ts';
import type { LogWriter } from './log-writer.ts';
import { groupsOf, queryReference, Refusal, startQuery, type StartQuery } from './logs-requests.ts';

export interface LogsApiDeps {
  readonly events: LogEvents;
  readonly writer: Pick<LogWriter, 'settled'>;
  readonly passOn: (request: HttpRequest) => Promise<EmulatorReply>;
  readonly record: RecordCall;
}

const prefix = 'Logs_20140328.';

/** Queries at the same time, as in an account. */
const concurrentQueries = 30;
/** Ended queries whose results are kept. */
const keptQueries = 200;

type Status = 'Running' | 'Complete' | 'Failed' | 'Cancelled';
interface RunningQuery {
  readonly groups: readonly string[];
  status: Status;
  result: QueryResult;
}

const nothing: QueryResult = {
  results: [],
  statistics: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 },
};

const refuse = (reply: Reply, error: unknown): void => {
  const type =
    error instanceof Refusal
      ? error.type
      : error instanceof MalformedQueryError
        ? error.name
        : error instanceof InputError
          ? 'InvalidParameterException'
          : 'ServiceUnavailableException';
  const message = messageOf(error);
  const compile = type === 'MalformedQueryException' ? { queryCompileError: { message } } : {};
  refuseJson(reply, type === 'ServiceUnavailableException' ? 503 : 400, type, message, compile);
};

/** Whether a request is for CloudWatch Logs. */
export const isForLogs = (request: HttpRequest): boolean => operationOf(request, prefix) !== undefined;

export const createLogsApi = ({ events, writer, passOn, record }: LogsApiDeps) => {
  const queries = new Map<string, RunningQuery>();

  /** What queries about the same lines need is read once for all that ask at the same time. */
  const reading = new Map<string, ReturnType<LogEvents['between']>>();
  const read = (group: string, fromMs: number, toMs: number): ReturnType<LogEvents['between']> => {
    const key = `${fromMs} ${toMs} ${group}`;
    const begun = reading.get(key) ?? events.between(group, fromMs, toMs);
    reading.set(key, begun);
    return begun.finally(() => reading.delete(key));
  };

  /** Waits for a moment in which what was logged so far is written, so that a query in the middle of a measurement is not seen in it. */
  const run = async (query: Query, of: RunningQuery, given: StartQuery): Promise<void> => {
    try {
      await writer.settled();
      const found: StoredEvent[] = [];
      for (const group of of.groups) {
        if (of.status !== 'Running') return;
        const own = await read(group, given.startTime * 1000, given.endTime * 1000);
        for (const event of own ?? []) found.push(event);
      }
      of.result = evaluate(query, found, given.limit);
      of.status = 'Complete';
    } catch {
      of.status = 'Failed';
    }
  };

  const start = async (request: HttpRequest): Promise<unknown> => {
    const given = readJson(startQuery, request.body.toString(), 'input');
    const query = parseQuery(given.queryString);
    const groups = groupsOf(given);
    if (given.endTime < given.startTime)
      throw new Refusal('InvalidParameterException', 'endTime is before startTime');
    for (const group of groups)
      if (!(await events.exists(group)))
        throw new Refusal('ResourceNotFoundException', `Log group '${group}' does not exist.`);
    const running = [...queries.values()].filter(({ status }) => status === 'Running');
    if (running.length >= concurrentQueries)
      throw new Refusal('LimitExceededException', `${concurrentQueries} queries are running`);
    const queryId = randomUUID();
    const of: RunningQuery = { groups, status: 'Running', result: nothing };
    queries.set(queryId, of);
    for (const [id, { status }] of queries)
      if (queries.size > keptQueries && status !== 'Running') queries.delete(id);
    void run(query, of, given);
    return { queryId };
  };

  const known = (request: HttpRequest): RunningQuery => {
    const { queryId } = readJson(queryReference, request.body.toString(), 'input');
    const found = queries.get(queryId);
    if (found === undefined) throw new Refusal('ResourceNotFoundException', `no query ${queryId}`);
    return found;
  };

  const operations: Readonly<Record<string, (request: HttpRequest) => unknown>> = {
    StartQuery: start,
    GetQueryResults: (request) => {
      const { status, result } = known(request);
      return { status, ...result, queryLanguage: 'CWLI' };
    },
    StopQuery: (request) => {
      const query = known(request);
      if (query.status !== 'Running')
        throw new Refusal('InvalidParameterException', `the query is ${query.status}, not running`);
      query.status = 'Cancelled';
      return { success: true };
    },
  };

  /** What names a resource; of a query that is under way its log groups. */
  const namesIn = (request: HttpRequest): readonly string[] => {
    try {
      const body: unknown = JSON.parse(request.body.toString());
      const id = isObject(body) ? body['queryId'] : undefined;
      return typeof id === 'string' ? (queries.get(id)?.groups ?? []) : groupsOf(body as StartQuery);
    } catch {
      return [];
    }
  };

  return ({ request, reply }: HttpExchange): void => {
    const own = operations[operationOf(request, prefix) ?? ''];
    const fail = (error: unknown): void => {
      refuse(reply, error);
    };
    if (own === undefined) {
      passOn(request).then(({ status, headers, body }) => {
        reply(status, headers, body);
      }, fail);
      return;
    }
    record?.(jsonCall(request, 'logs', { logGroupNames: namesIn(request) }));
    Promise.resolve()
      .then(() => own(request))
      .then((body) => {
        answerJson(reply, body);
      }, fail);
  };
};
