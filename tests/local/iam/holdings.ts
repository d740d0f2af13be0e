/** What each role and resource holds in policies, cut into single allowances. Pure. */
import type { Deployed, Name } from './deployed.ts';
import { grantsOf, type Policy, type Request, statementsOf } from './policy.ts';

/** One action on one resource that a policy allows. */
export interface Grant {
  /** ARN of the role or of the resource that has the policy. */
  readonly holder: string;
  readonly policy: Policy;
}

export interface Holding {
  readonly grants: readonly Grant[];
  /** Whatever denies. */
  readonly denials: readonly Policy[];
  readonly boundary?: Policy | undefined;
}

export type Holdings = ReadonlyMap<string, Holding>;

const holdingOf = (holder: string, policies: readonly Policy[], boundary?: Policy): [string, Holding] => {
  const denials = policies.map((policy) => ({
    ...policy,
    Statement: statementsOf(policy).filter(({ Effect }) => Effect === 'Deny'),
  }));
  return [
    holder,
    { grants: policies.flatMap(grantsOf).map((policy) => ({ holder, policy })), denials, boundary },
  ];
};

const trustIn = (role: string): string => `trust in ${role}`;

export const holdingsOf = ({ roles, resourcePolicies }: Deployed): Holdings =>
  new Map([
    ...roles.flatMap(({ arn, policies, boundary, trust }) => [
      holdingOf(arn, Object.values(policies), boundary),
      holdingOf(trustIn(arn), [trust]),
    ]),
    ...Object.entries(resourcePolicies).map(([arn, policy]) => holdingOf(arn, [policy])),
  ]);

/** Who has the resource's policy: a bucket's is its objects' too. */
export const resourceHolder = ({ action, resource }: Request): string => {
  if (action === 'sts:AssumeRole') return trustIn(resource);
  return resource.startsWith('arn:aws:s3:::') ? resource.replace(/\/.*/s, '') : resource;
};

/** `<holder> <action> <resource>`. */
export const labelOf = ({ holder, policy }: Grant): string =>
  statementsOf(policy)
    .map(({ Action, NotAction, Resource, NotResource = Resource }) => {
      const action = Action === undefined ? `not ${String(NotAction)}` : String(Action);
      const resource =
        Resource === undefined && NotResource !== undefined ? `not ${String(NotResource)}` : Resource;
      return [holder, action, ...(resource === undefined ? [] : [String(resource)])].join(' ');
    })
    .join();

/** Short ones might be met by chance. */
const leastLength = 8;

/** Puts `{logical/path}` in place of each name that a deployment made up, the longest first: one may be in another. */
export const readable = (names: readonly Name[]): ((text: string) => string) => {
  const known = names
    .flatMap(({ physicalId, path }) => [
      [physicalId, `{${path}}`] as const,
      [physicalId.replace(/^arn:.*[:/]/, ''), `{${path}}`] as const,
    ])
    .filter(([made]) => made.length >= leastLength)
    .sort(([a], [b]) => b.length - a.length);
  return (text) =>
    known
      .reduce((written, [made, path]) => written.replaceAll(made, path), text)
      .replace(/arn:aws:iam::\d+:role\/(?=\{)/g, '');
};
