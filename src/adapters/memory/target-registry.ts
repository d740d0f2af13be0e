import { parseTarget } from '../../core/schema/target.ts';
import type { TargetRegistry } from '../../ports/index.ts';

/** A TargetRegistry over parameters that a test holds, name to text. It passes the same suite as the one over SSM. */
export const memoryTargetRegistry = (
  parameters: ReadonlyMap<string, string>,
  path: string,
): TargetRegistry => ({
  // eslint-disable-next-line @typescript-eslint/require-await -- a parameter that cannot be read has to reject
  list: async () =>
    [...parameters]
      .filter(([name]) => name.startsWith(path))
      .map(([name, text]) => parseTarget(text, name))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
});
