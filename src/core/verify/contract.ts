/** The contract of the service under test: what a vector of events/contract asks of an answer. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** One file of events/contract; see its README. Patterns are regular expressions. */
export interface ContractVector {
  readonly title: string;
  readonly kind: 'sync-counter' | 'null';
  readonly store: 'up' | 'down' | 'none';
  readonly event: APIGatewayProxyEventV2;
  readonly expect: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

/** Of a request that tries a version out: it counts in a counter of its own. */
export const canaryHeaders = { 'x-counter': 'canary' } as const;

/** An answer, however it travelled. `body` is undefined where the transport has none (HEAD over HTTP). */
export interface ContractReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
}

/**
 * Everything in which the reply departs from the vector, in words; empty when it conforms.
 * @param common headers of every answer, from common.json
 */
export const departures = (
  vector: ContractVector,
  common: Readonly<Record<string, string>>,
  reply: ContractReply,
): readonly string[] => {
  const found: string[] = [];
  const must = (what: string, given: string | undefined, pattern: string): void => {
    if (given === undefined || !new RegExp(pattern).test(given)) {
      found.push(`${what} is ${given ?? 'missing'}, must match ${pattern}`);
    }
  };
  must('status', String(reply.status), `^${vector.expect.status}$`);
  for (const [name, pattern] of Object.entries({ ...common, ...vector.expect.headers })) {
    must(name, reply.headers[name], pattern);
  }
  if (reply.body !== undefined) must('body', reply.body, vector.expect.body);
  return found;
};
