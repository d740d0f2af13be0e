import { Histogram } from '../histogram/histogram.ts';
import type { Distribution } from '../stats/distribution.ts';
import { millisecondsOf } from './latency.ts';
import type { TargetReport } from './types.ts';

/** A target's response times in milliseconds by round; rounds without such an answer are left out. */
export const roundDistributions = (
  target: Pick<TargetReport, 'rounds'>,
  temperature: 'cold' | 'warm',
): Map<number, Distribution> =>
  new Map(
    target.rounds.flatMap(({ round, histograms }) => {
      const distribution = millisecondsOf(Histogram.decode(histograms.response[temperature]));
      return distribution === undefined ? [] : [[round, distribution] as const];
    }),
  );
