/** Sends the contract's vectors to a running service and tells where its answers depart from them. */
import { departures, type ContractVector } from '../core/verify/contract.ts';
import type { HttpReply, HttpRequest, Connection } from '../ports/index.ts';

export interface Conformance {
  readonly title: string;
  /** In words; empty where the answer conforms. */
  readonly departures: readonly string[];
}

export interface ConformDeps {
  readonly httpConnection: (request: HttpRequest) => Connection;
  readonly timeoutMs: number;
}

/** Vectors that a plain request can carry: a store that is down, or a stage's name in the path, it cannot. */
export const sendableVectors = (
  vectors: readonly ContractVector[],
  kind: ContractVector['kind'],
): readonly ContractVector[] =>
  vectors.filter(
    ({ kind: of, store, event }) =>
      of === kind && store !== 'down' && event.requestContext.stage === '$default',
  );

const requestFor = ({ event }: ContractVector, baseUrl: string): HttpRequest => {
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const url = `${baseUrl}${event.rawPath}${query}`;
  return { url, method: event.requestContext.http.method, headers: { accept: '*/*' } };
};

const judge = (
  vector: ContractVector,
  common: Readonly<Record<string, string>>,
  { status, headers, body }: HttpReply,
): readonly string[] => {
  // HTTP gives the answer to HEAD no body.
  const seen = vector.event.requestContext.http.method === 'HEAD' ? undefined : body;
  return departures(vector, common, { status, headers: Object.fromEntries(headers), body: seen });
};

/**
 * One vector after the other, each over a connection of its own.
 * @param baseUrl without a slash at its end: a vector's path follows
 */
export const conform = async (
  deps: ConformDeps,
  baseUrl: string,
  vectors: readonly ContractVector[],
  common: Readonly<Record<string, string>>,
): Promise<readonly Conformance[]> => {
  const results: Conformance[] = [];
  for (const vector of vectors) {
    const connection = deps.httpConnection(requestFor(vector, baseUrl));
    const { result } = await connection.send(deps.timeoutMs);
    connection.close();
    const found = 'error' in result ? [result.message] : judge(vector, common, result);
    results.push({ title: vector.title, departures: found });
  }
  return results;
};
