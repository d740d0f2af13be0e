import { Histogram } from '../histogram/histogram.ts';
import type { EncodedHistograms } from './types.ts';

/** The four histograms of a part, a round or a target. Microseconds. */
export interface Histograms {
  readonly response: { readonly cold: Histogram; readonly warm: Histogram };
  readonly service: { readonly cold: Histogram; readonly warm: Histogram };
}

const mergeAll = (encoded: readonly string[]): Histogram => {
  const whole = Histogram.create();
  for (const text of encoded) whole.merge(Histogram.decode(text));
  return whole;
};

/** Merges counters, never percentiles. @throws InputError on an unreadable histogram. */
export const mergeHistograms = (parts: readonly EncodedHistograms[]): Histograms => ({
  response: {
    cold: mergeAll(parts.map((p) => p.response.cold)),
    warm: mergeAll(parts.map((p) => p.response.warm)),
  },
  service: {
    cold: mergeAll(parts.map((p) => p.service.cold)),
    warm: mergeAll(parts.map((p) => p.service.warm)),
  },
});

export const encodeHistograms = ({ response, service }: Histograms): EncodedHistograms => ({
  response: { cold: response.cold.encode(), warm: response.warm.encode() },
  service: { cold: service.cold.encode(), warm: service.warm.encode() },
});
