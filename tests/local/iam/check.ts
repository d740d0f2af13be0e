/** Holds what was done against what is allowed. Pure. */
import { messageOf } from '../../../src/core/errors.ts';
import type { Call, Place } from './calls.ts';
import { type Deed, deedsOf } from './deeds.ts';
import type { Deployed, Name } from './deployed.ts';
import {
  type Grant,
  type Holding,
  type Holdings,
  holdingsOf,
  labelOf,
  readable,
  resourceHolder,
} from './holdings.ts';
import { applies, type Decision, decide, type Request, statementsOf } from './policy.ts';

export interface Findings {
  /** Sentences: who may not do what on what, and which call wanted it. */
  readonly refused: readonly string[];
  /** `<role> <action> <resource>` of each allowance that no call used. */
  readonly unused: readonly string[];
  /** Allowances that were used, and without each of which everything would be allowed all the same. */
  readonly redundant: readonly string[];
}

const nothing: Holding = { grants: [], denials: [] };

/** @throws Error for what the policies ask and is not known */
const judge = (request: Request, holdings: Holdings) => {
  const identity = holdings.get(request.principal) ?? nothing;
  const resource = holdings.get(resourceHolder(request)) ?? nothing;
  const decideWithout = (missing?: Grant): Decision => {
    const policies = ({ grants, denials }: Holding) => [
      ...grants.filter((grant) => grant !== missing).map(({ policy }) => policy),
      ...denials,
    ];
    const { boundary } = identity;
    return decide({ identity: policies(identity), boundary, resource: policies(resource) }, request);
  };
  const allows = ({ policy }: Grant): boolean =>
    statementsOf(policy).some((statement) => applies(statement, request));
  return {
    decision: decideWithout(),
    /** What allows it. */
    grants: [...identity.grants, ...resource.grants].filter(allows),
    /** Whether it would be allowed without one of them. */
    spares: (grant: Grant): boolean => decideWithout(grant) === 'allowed',
  };
};

const templateOf = (names: readonly Name[], principal: string): string => {
  const found = names.find(({ physicalId }) => principal.endsWith(`:role/${physicalId}`));
  return found === undefined ? '' : ` (${found.template})`;
};

/** @returns sentences with logical ids in place of the names that a deployment makes up */
export const check = (calls: readonly Call[], deployed: Deployed, place: Place): Findings => {
  const holdings = holdingsOf(deployed);
  const { deeds, unclear } = deedsOf(calls, place);
  const refused: string[] = [];
  const judgements = deeds.flatMap(({ request, call }: Deed) => {
    const { principal, action, resource } = request;
    const deed = `${principal}${templateOf(deployed.names, principal)} may not ${action} on ${resource}`;
    try {
      const judgement = judge(request, holdings);
      if (judgement.decision !== 'allowed') refused.push(`${deed}: ${judgement.decision}. Wanted by ${call}`);
      return [judgement];
    } catch (error) {
      refused.push(`${deed}, as far as can be judged: ${messageOf(error)}. Wanted by ${call}`);
      return [];
    }
  });
  const grants = [...holdings.values()].flatMap((holding) => holding.grants);
  const isUsed = (grant: Grant) => judgements.some((judgement) => judgement.grants.includes(grant));
  const isSpared = (grant: Grant) =>
    judgements.every((judgement) => !judgement.grants.includes(grant) || judgement.spares(grant));
  const say = readable(deployed.names);
  const listed = (isWanted: (grant: Grant) => boolean) => grants.filter(isWanted).map(labelOf).map(say);
  return {
    refused: [...unclear, ...refused].map(say),
    unused: listed((grant) => !isUsed(grant)),
    redundant: listed((grant) => isUsed(grant) && isSpared(grant)),
  };
};
