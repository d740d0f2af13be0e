/** What an execution's input says of cold starts. */
import * as v from 'valibot';
import { fields, list, orFalse, whole } from './fields.ts';
import { memoryMb } from './target.ts';

export const coldStartSettings = orFalse(
  fields({
    /** Cold starts of each target while nothing else is under way, one in each round. */
    perTarget: v.optional(whole(0, 100), 10),
    /** How often `burstSize` requests are sent to each target at once, no process being there. */
    bursts: v.optional(whole(0, 50), 1),
    burstSize: v.optional(whole(2, 50), 4),
    /** Default: the size that each function is deployed with. */
    memoriesMb: v.exactOptional(list(memoryMb, 20, 1, '; leave it out for the deployed size')),
    /** Afterwards each copy is called once more, that long after its last call. */
    idleMinutes: v.exactOptional(whole(5, 60)),
  }),
);
