/** The raw samples of a part: how a row's flags are written and read. */
import type { ErrorKind, SampleColumns } from './sample-part.ts';
import { errorKinds } from './sample-part.ts';

/** One request. Microseconds from the part's epoch; closed model: planned = sent. `error` undefined: as expected. */
export interface Sample {
  readonly plannedUs: number;
  readonly sentUs: number;
  readonly endUs: number;
  readonly cold: boolean;
  readonly warmup: boolean;
  readonly error?: ErrorKind;
}

const coldBit = 1;
const warmupBit = 2;
const errorShift = 2;

/** See SampleColumns.flags. */
export const flagsOf = (sample: Pick<Sample, 'cold' | 'warmup' | 'error'>): number =>
  (sample.cold ? coldBit : 0) |
  (sample.warmup ? warmupBit : 0) |
  (sample.error === undefined ? 0 : (errorKinds.indexOf(sample.error) + 1) << errorShift);

const errorOf = (flags: number): ErrorKind | undefined => {
  const code = flags >> errorShift;
  return code === 0 ? undefined : errorKinds[code - 1];
};

/** The rows of a part's columns, in the order in which the requests ended. */
export function* samplesOf(part: { readonly samples: SampleColumns }): Generator<Sample> {
  const { plannedUs, sentUs, endUs, flags } = part.samples;
  for (const [i, planned] of plannedUs.entries()) {
    const flag = flags[i] ?? 0;
    const error = errorOf(flag);
    yield {
      plannedUs: planned,
      sentUs: sentUs[i] ?? planned,
      endUs: endUs[i] ?? planned,
      cold: (flag & coldBit) !== 0,
      warmup: (flag & warmupBit) !== 0,
      ...(error === undefined ? {} : { error }),
    };
  }
}
