/** Lambda's own metrics of invocations, in the namespace AWS/Lambda. */
import { isVersion } from '../host/functions.ts';
import type { Dimensions, Metrics } from './metrics.ts';

const names = ['Invocations', 'Errors', 'Throttles', 'Duration'] as const;

export type Counted =
  | { readonly kind: 'throttled' }
  | { readonly kind: 'done'; readonly outcome: { readonly failure: unknown; readonly durationMs: number } };

/** For the function, for the version or alias by which it was invoked, and behind an alias for each version that ran. */
const dimensionsOf = (FunctionName: string, qualifier: string | undefined, version: string): Dimensions[] => {
  if (qualifier === undefined) return [{ FunctionName }];
  const named = { FunctionName, Resource: `${FunctionName}:${qualifier}` };
  const behind = isVersion(qualifier) ? [] : [{ ...named, ExecutedVersion: version }];
  return [{ FunctionName }, named, ...behind];
};

export type CountInvocation = ReturnType<typeof createInvocationCounter>;

export const createInvocationCounter = (metrics: Metrics) => {
  const open = (...place: Parameters<typeof dimensionsOf>) =>
    dimensionsOf(...place).map((dimensions) =>
      names.map((name) => metrics.series({ namespace: 'AWS/Lambda', name, dimensions })),
    );
  const opened = new Map<string, ReturnType<typeof open>>();

  /** Of what was throttled nothing but that is counted; a time-out counts as an error. */
  return (name: string, qualifier: string | undefined, version: string, result: Counted): void => {
    const key = `${name}:${qualifier ?? ''}:${version}`;
    let places = opened.get(key);
    if (places === undefined) opened.set(key, (places = open(name, qualifier, version)));
    const at = Date.now();
    for (const [invocations, errors, throttles, duration] of places) {
      if (result.kind === 'throttled') throttles?.add(1, at);
      else {
        throttles?.add(0, at);
        invocations?.add(1, at);
        errors?.add(result.outcome.failure === undefined ? 0 : 1, at);
        duration?.add(result.outcome.durationMs, at);
      }
    }
  };
};
