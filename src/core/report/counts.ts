import { errorKinds, type ErrorKind, type SamplePart } from '../sample-part.ts';
import type { ErrorCount, RequestCounts } from './types.ts';

const failuresOf = (errors: Partial<Record<ErrorKind, number>>): number =>
  Object.values(errors).reduce((sum, count) => sum + count, 0);

/** What the parts counted, added up. */
export const countRequests = (parts: readonly SamplePart[]): RequestCounts =>
  addCounts(
    parts.map(({ counts }) => ({
      sent: counts.sent,
      ok: counts.ok,
      failed: failuresOf(counts.errors),
      unsent: counts.unsent,
      warmup: counts.warmup,
    })),
  );

export const addCounts = (all: readonly RequestCounts[]): RequestCounts => ({
  sent: all.reduce((sum, c) => sum + c.sent, 0),
  ok: all.reduce((sum, c) => sum + c.ok, 0),
  failed: all.reduce((sum, c) => sum + c.failed, 0),
  unsent: all.reduce((sum, c) => sum + c.unsent, 0),
  warmup: all.reduce((sum, c) => sum + c.warmup, 0),
});

/** By kind, in the order of errorKinds, with the first example of each. Kinds that did not occur are left out. */
export const countErrors = (parts: readonly SamplePart[]): ErrorCount[] =>
  errorKinds.flatMap((kind) => {
    const count = parts.reduce((sum, { counts }) => sum + (counts.errors[kind] ?? 0), 0);
    if (count === 0) return [];
    const example = parts.map(({ counts }) => counts.examples[kind]).find((text) => text !== undefined);
    return [{ kind, count, ...(example === undefined ? {} : { example }) }];
  });

/** The same over rounds that were summarised already. */
export const addErrors = (rounds: readonly (readonly ErrorCount[])[]): ErrorCount[] =>
  errorKinds.flatMap((kind) => {
    const ofKind = rounds.flat().filter((error) => error.kind === kind);
    if (ofKind.length === 0) return [];
    const example = ofKind.find((error) => error.example !== undefined)?.example;
    const count = ofKind.reduce((sum, error) => sum + error.count, 0);
    return [{ kind, count, ...(example === undefined ? {} : { example }) }];
  });
