/** A run of which only verification saw most cold starts, for tests of everything that shows them. */
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { buildReport, summariseParts } from '../../../src/core/report/build.ts';
import type { Report } from '../../../src/core/schema/report.ts';
import { sampleRun } from './sample-run.ts';

export const burstMs = [2038, 1830, 1997, 2045, 2463, 2510, 1959, 2482, 2292];
const seen = { warm: { aloneMs: [454.182], burstMs }, null: { aloneMs: [188], burstMs: [] } } as const;

const none = Histogram.create().encode();

/** One target whose load saw no cold answer, one whose load did, and the floor. */
export const coldReport = ((): Report => {
  const characters = [
    { id: 'warm', warmMs: 8, coldMs: 8 },
    { id: 'loaded', warmMs: 9, coldMs: 300 },
    { id: 'null', kind: 'null', warmMs: 1, coldMs: 1 },
  ] as const;
  const run = sampleRun({ rounds: 1, requests: 60, seed: 4, characters });
  const cells = summariseParts(run.parts, run.plan).map((cell) => {
    if (cell.cellId === 'loaded') return cell;
    const { warm } = cell.round.histograms.response;
    const histograms = { response: { warm, cold: none }, service: { warm, cold: none } };
    return { ...cell, round: { ...cell.round, histograms } };
  });
  const verifications = run.verifications.map((verification) => {
    const coldStarts = (seen as Record<string, (typeof seen)['warm' | 'null']>)[verification.targetId];
    return { ...verification, acknowledged: 48, ...(coldStarts === undefined ? {} : { coldStarts }) };
  });
  return buildReport({ plan: run.plan, verifications, cells, finishedAt: run.plan.createdAt });
})();
