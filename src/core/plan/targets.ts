/** Chooses a run's targets from what is registered and what the request names. */
import { InputError, NoTargetError } from '../errors.ts';
import type { Target } from '../schema/target.ts';
import { type CheckedRequest, maxTargets } from '../schema/request.ts';

const listed = (targets: readonly Target[]): string => targets.map((target) => target.id).join(', ');

const chooseRegistered = (ids: readonly string[], registered: readonly Target[]): readonly Target[] => {
  ids.forEach((id, i) => {
    const field = `targets[${i}]`;
    if (!registered.some((target) => target.id === id))
      throw new InputError(
        field,
        id,
        registered.length === 0
          ? 'none, since no target is registered'
          : `a registered target: ${listed(registered)}`,
        'A new one registers itself when its stack is deployed',
      );
    if (ids.indexOf(id) !== i) throw new InputError(field, id, 'each target once');
  });
  // The null target is the harness's own floor: without it no figure of the others can be read.
  return registered.filter((target) => ids.includes(target.id) || target.kind === 'null');
};

/**
 * The targets that `request` asks for, in the order of the registry, its own ones last. A registered null target is
 * always among them.
 * @throws InputError for an unknown or doubled id; NoTargetError when nothing is left to measure
 */
export const chooseTargets = (
  request: Pick<CheckedRequest, 'targets' | 'extraTargets'>,
  registered: readonly Target[],
): readonly Target[] => {
  const chosen = request.targets === undefined ? registered : chooseRegistered(request.targets, registered);
  request.extraTargets.forEach((extra, i) => {
    const others = [...registered, ...request.extraTargets.slice(0, i)];
    if (others.some((other) => other.id === extra.id))
      throw new InputError(
        `extraTargets[${i}].id`,
        extra.id,
        `an id that is not taken; taken: ${listed(others)}`,
      );
  });
  const targets = [...chosen, ...request.extraTargets];
  if (targets.length === 0)
    throw new NoTargetError(
      'no target to measure: none is registered and none is named in "extraTargets". Deploy an architecture first, or name a URL of your own',
    );
  if (targets.length > maxTargets)
    throw new InputError('targets', `${targets.length} targets`, `at most ${maxTargets} in one run`);
  return targets;
};

/** Who may be asked how much: what the lab's templates were deployed with. */
export interface StackLimits {
  /** ARNs of functions, versions or aliases that generators may invoke besides those of registered targets. */
  readonly invokableArns: readonly string[];
}

/**
 * @throws InputError for a rate above what a target lets through or its store keeps up with, and for a function of the
 * user's own that the generators may not invoke
 */
export const requireLimits = (
  { load, extraTargets }: Pick<CheckedRequest, 'load' | 'extraTargets'>,
  targets: readonly Target[],
  limits: StackLimits,
): void => {
  const own = targets.filter((target) => !extraTargets.includes(target));
  const invokableArns = [...limits.invokableArns, ...own.flatMap(({ functionArn }) => functionArn ?? [])];
  extraTargets.forEach(({ url, functionArn }, i) => {
    if (url !== undefined || functionArn === undefined || invokableArns.includes(functionArn)) return;
    throw new InputError(
      `extraTargets[${i}].functionArn`,
      functionArn,
      `a function that the generators may invoke: ${invokableArns.length === 0 ? 'none so far' : invokableArns.join(', ')}`,
      'Deploy the lab again with this ARN in its parameter InvokableFunctionArns',
    );
  });
  if (load.model === 'closed') return;
  for (const { id, maxRate, apiRateLimit } of targets) {
    if (maxRate === undefined || load.rate <= maxRate) continue;
    throw new InputError(
      'load.rate',
      load.rate,
      `at most ${maxRate} requests/s while target ${id} is in the run`,
      maxRate === apiRateLimit
        ? 'Deploy the lab again with a higher ApiRateLimit, or leave the target out with a list of the others'
        : "Above it the target's store would be measured; leave the target out with a list of the others",
    );
  }
};
