import type { Report } from './types.ts';

const sentence = (what: string, before: string | undefined, after: string | undefined): string =>
  `${what} differs: ${before ?? 'not told'} before, ${after ?? 'not told'} now`;

const memories = (report: Report): string =>
  report.targets.map(({ id, memoryMb }) => `${id} ${memoryMb ?? '?'} MB`).join(', ');

/** Everything but the targets' code that differs between two runs, one sentence each. */
export const differingConditions = (base: Report, other: Report): string[] => {
  const pairs: (readonly [string, string | undefined, string | undefined])[] = [
    ['the plane', base.plane, other.plane],
    ['the load', JSON.stringify(base.method.load), JSON.stringify(other.method.load)],
    ['the memory', sharedMemories(base, other), sharedMemories(other, base)],
    ...[...new Set([...Object.keys(base.labels), ...Object.keys(other.labels)])].map(
      (name) => [name, base.labels[name], other.labels[name]] as const,
    ),
  ];
  return pairs.flatMap(([what, before, after]) => (before === after ? [] : [sentence(what, before, after)]));
};

/** Of the targets that both runs have: one more target is no other condition for the rest. */
const sharedMemories = (report: Report, twin: Report): string =>
  memories({ ...report, targets: report.targets.filter(({ id }) => twin.targets.some((t) => t.id === id)) });
