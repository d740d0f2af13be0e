/** Whether a version of a function answers as the contract says, asked directly and before it gets any traffic. */
import { messageOf } from '../../core/errors.ts';
import { readFunctionReply } from '../../core/load/request.ts';
import type { RuleOutcome } from '../../core/schema/rollout.ts';
import type { Target } from '../../core/schema/target.ts';
import { canaryHeaders, type ContractVector, departures } from '../../core/verify/contract.ts';
import type { FunctionInvoker } from '../../ports/index.ts';
import common from '../../../events/contract/common.json';
import hits from '../../../events/contract/get-hits.json';
import hitsWithQuery from '../../../events/contract/get-hits-query.json';
import hitsOfStage from '../../../events/contract/get-hits-stage.json';
import headHits from '../../../events/contract/head-hits.json';
import nullHits from '../../../events/contract/null-hits.json';
import nullOther from '../../../events/contract/null-other.json';
import page from '../../../events/contract/get-page.json';
import postHits from '../../../events/contract/post-hits.json';
import postPage from '../../../events/contract/post-page.json';
import trailingSlash from '../../../events/contract/trailing-slash.json';
import unknownPath from '../../../events/contract/unknown-path.json';

const counter = [
  ...[hits, hitsWithQuery, hitsOfStage, headHits, page],
  ...[postHits, postPage, trailingSlash, unknownPath],
];

/** Those that need no store down. A target of another kind has no contract with the lab. */
const vectorsOf = ({ kind }: Target): readonly ContractVector[] => {
  if (kind === 'sync-counter') return counter as unknown as ContractVector[];
  return kind === 'null' ? ([nullHits, nullOther] as unknown as ContractVector[]) : [];
};

/** A version that now and then fails, as the one before may have done too, is the errors rule's to judge. */
const tries = 3;

interface Asked {
  /** Of the last answer, in words; empty where one conforms. */
  readonly found: readonly string[];
  readonly answered: boolean;
}

const ask = async (
  invoker: FunctionInvoker,
  versionArn: string,
  vector: ContractVector,
  timeoutMs: number,
): Promise<Asked> => {
  const { event } = vector;
  const payload = JSON.stringify({ ...event, headers: { ...event.headers, ...canaryHeaders } });
  try {
    const reply = await invoker.invoke(versionArn, payload, timeoutMs);
    if (reply.throttled) return { found: ['no concurrency was left for the function'], answered: true };
    if (reply.functionError !== undefined)
      return { found: [`the function failed (${reply.functionError})`], answered: true };
    const { status, headers, body } = readFunctionReply(reply.payload);
    const seen = { status, headers: Object.fromEntries(headers), body };
    return { found: departures(vector, common.headers, seen), answered: true };
  } catch (error) {
    return { found: [messageOf(error)], answered: false };
  }
};

const askAgain = async (...what: Parameters<typeof ask>): Promise<Asked> => {
  let last = await ask(...what);
  for (let left = tries - 1; left > 0 && last.found.length > 0; left--) last = await ask(...what);
  return last;
};

const longestSentence = 900;

/** Never rejects. Undefined for a kind of target that has none. @param versionArn with its qualifier */
export const checkContract = async (
  invoker: FunctionInvoker,
  target: Target,
  versionArn: string,
  timeoutMs: number,
): Promise<RuleOutcome | undefined> => {
  const vectors = vectorsOf(target);
  if (vectors.length === 0) return undefined;
  const found: string[] = [];
  for (const vector of vectors) {
    const last = await askAgain(invoker, versionArn, vector, timeoutMs);
    found.push(...last.found.map((what) => `${vector.title}: ${what}`));
    // One that is silent would take the time of all the others as well.
    if (!last.answered) break;
  }
  const sentence =
    found.length === 0
      ? `the new version answers all ${vectors.length} requests of the contract as it says`
      : `the new version departs from the contract ${found.length} times: ${found.join('; ')}`;
  return {
    rule: 'contract',
    stop: found.length > 0,
    sentence: sentence.slice(0, longestSentence).replace(/[\0-\x1f\x7f]/g, ' '),
  };
};
