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
