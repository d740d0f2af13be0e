/** Policies, as tests write them. */
import type { Policy, Statement } from './policy.ts';

export const policy = (...Statement: readonly Statement[]): Policy => ({ Version: '2012-10-17', Statement });

export const allow = (Action: string | string[], Resource: string | string[], Condition = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  Condition,
});

export const deny = (Action: string, Resource: string, Condition = {}): Statement => ({
  ...allow(Action, Resource, Condition),
  Effect: 'Deny',
});
