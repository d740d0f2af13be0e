/** The targets that the templates registered in Parameter Store. */
import { createSsmClient, ssmTargetRegistry } from '../../adapters/aws/target-registry.ts';
import { targetsPath } from '../../core/keys.ts';
import type { Target } from '../../core/target/target.ts';

export const registeredTargets = (labName: string): Promise<readonly Target[]> =>
  ssmTargetRegistry(createSsmClient(), targetsPath(labName)).list();
