import type { ErrorKind } from '../schema/part.ts';
import type { TargetKind } from '../schema/target.ts';
import type { HttpReply } from './request.ts';
import { isCount } from '../verify/counter.ts';

/** What became of one request, as the figures count it. */
export interface Judgement {
  /** The answer came from a process's first request (`x-cold: 1`). */
  readonly cold: boolean;
  readonly error?: { readonly kind: ErrorKind; readonly message: string };
}

export interface Expectation {
  readonly kind: TargetKind;
  /** Absent: any 2xx. */
  readonly expectedStatus?: number;
}

const shownBytes = 200;

const shorten = (body: string): string =>
  JSON.stringify(body.length > shownBytes ? `${body.slice(0, shownBytes)}...` : body);

const isExpected = (status: number, expected: number | undefined): boolean =>
  expected === undefined ? status >= 200 && status < 300 : status === expected;

const faultOf = ({ status, body }: HttpReply, { kind, expectedStatus }: Expectation): Judgement['error'] => {
  if (!isExpected(status, expectedStatus)) {
    if (status === 429) return { kind: 'throttled', message: `answered 429: ${shorten(body)}` };
    return {
      kind: 'status',
      message: `answered ${status} instead of ${expectedStatus ?? '2xx'}: ${shorten(body)}`,
    };
  }
  if (kind !== 'sync-counter' || isCount(body)) return undefined;
  return { kind: 'body', message: `answered ${status} without a count: ${shorten(body)}` };
};

const warmAnswer: Judgement = { cold: false };
const coldAnswer: Judgement = { cold: true };

/** Judges an answer by its status and, for a counter, by whether it carries a count. */
export const judge = (answer: HttpReply, expectation: Expectation): Judgement => {
  const error = faultOf(answer, expectation);
  const cold = answer.headers.get('x-cold') === '1';
  return error === undefined ? (cold ? coldAnswer : warmAnswer) : { cold, error };
};
