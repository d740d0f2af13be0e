import type { GeneratorReport } from '../../../src/core/schema/report.ts';
import {
  type JudgedCell,
  judgeCell,
  remarksOnRounds,
  sendLagBoundMs,
} from '../../../src/core/report/validity.ts';
import { closedLoad as closed, openLoad as open } from '../../support/loads.ts';
import { selfReport } from './sample-run.ts';

const cell = (generator: Partial<GeneratorReport> = {}, more: Partial<JudgedCell> = {}): JudgedCell => ({
  workers: { planned: 2, finished: 2, died: [], missing: [] },
  unsent: 0,
  generator: { ...selfReport(), workers: 2, coldStarts: 0, sendLagBoundMs: 2, ...generator },
  ...more,
});

describe('sendLagBoundMs', () => {
  it.each([
    [undefined, 2],
    [3, 2],
    [20, 2],
    [50, 5],
  ])('of a median of %p ms is %f ms', (p50, bound) => {
    expect(sendLagBoundMs(p50)).toBe(bound);
  });
});

describe('judgeCell', () => {
  it('has nothing to say of a generator that kept its bounds', () => {
    expect(judgeCell(cell({ sendLagP99Ms: 2, eventLoopDelayP99Ms: 10, cpuShare: 0.9 }), open)).toEqual({
      valid: true,
      remarks: [],
    });
  });

  it('calls late sends invalid in the open model alone, and names the bound', () => {
    const late = cell({ sendLagP99Ms: 2.01 });
    expect(judgeCell(late, open)).toEqual({
      valid: false,
      remarks: ['invalid: the generator sent late (send lag p99 2.01 ms, bound 2.00 ms)'],
    });
    expect(judgeCell(late, closed).valid).toBe(true);
  });

  it('says so where the host is late with nothing to send, and not where it is not', () => {
    const late = { sendLagP99Ms: 3 };
    const [blamed] = judgeCell(cell({ ...late, idleLagP99Ms: 0.41 }), open).remarks;
    expect(blamed).toMatch(
      /bound 2.00 ms\); the host itself is late: 0.41 ms at p99 with nothing to send, bound 0.30 ms$/,
    );
    expect(judgeCell(cell({ ...late, idleLagP99Ms: 0.3 }), open).remarks).toEqual([
      expect.not.stringContaining('host'),
    ]);
    expect(judgeCell(cell({ idleLagP99Ms: 9 }), open)).toEqual({ valid: true, remarks: [] });
  });

  const behind = { sentPerSecond: 1612.4, plannedPerSecond: 2000 };

  it('calls a generator saturated whose event loop has no time left, late or behind its plan', () => {
    const saturated = {
      valid: false,
      remarks: [
        'invalid: saturated: the generator sent 1,612 requests/s of the planned 2,000, its event loop busy for 99 % of the time (bound 90 %)',
      ],
    };
    expect(judgeCell(cell({ ...behind, eventLoopBusyShare: 0.99 }), open)).toEqual(saturated);
    expect(judgeCell(cell({ ...behind, eventLoopBusyShare: 0.99, sendLagP99Ms: 70 }), open)).toEqual(
      saturated,
    );
    expect(judgeCell(cell({ ...behind, eventLoopBusyShare: 0.99 }), closed).valid).toBe(true);
    // A busy loop that keeps its plan is fast enough.
    expect(judgeCell(cell({ eventLoopBusyShare: 0.99, waitedForConnection: 9 }), open).valid).toBe(true);
  });

  it('calls the target saturated, and the figures valid, when requests waited for connections', () => {
    const waited = cell({ ...behind, eventLoopBusyShare: 0.4, waitedForConnection: 3100 });
    expect(judgeCell(waited, open)).toEqual({
      valid: true,
      remarks: [
        'saturated: the target, or the limit on connections, took 1,612 requests/s of the planned 2,000 (remarked below 95 %); ' +
          '3,100 requests waited for a free connection, which is in their response times',
      ],
    });
    const caughtUp = { sentPerSecond: 1950, plannedPerSecond: 2000, waitedForConnection: 3100 };
    expect(judgeCell(cell(caughtUp), open)).toEqual({ valid: true, remarks: [] });
  });

  it('remarks on a blocked event loop, a busy CPU, unsent requests and a silent generator', () => {
    const { remarks, valid } = judgeCell(
      cell({ eventLoopDelayP99Ms: 74, cpuShare: 0.97 }, { unsent: 12 }),
      closed,
    );
    expect(valid).toBe(true);
    expect(remarks).toEqual([
      expect.stringContaining('event loop delay p99 74 ms, remarked above 10 ms'),
      expect.stringContaining('used 97 % of one CPU (remarked above 90 %)'),
      '12 planned requests were not sent because time ran out, and count as slower than any answer',
    ]);
    const { generator: _, ...silent } = cell();
    expect(judgeCell(silent, open).remarks).toEqual([expect.stringContaining('none vouched')]);
  });
});

describe('remarksOnRounds', () => {
  it('says each thing once, of all the rounds it holds for, with the worst figure', () => {
    const rounds = [
      { round: 1, cell: cell({ eventLoopDelayP99Ms: 20 }) },
      { round: 2, cell: cell() },
      {
        round: 3,
        cell: cell(
          { eventLoopDelayP99Ms: 31 },
          {
            workers: {
              planned: 9,
              finished: 2,
              died: [{ worker: 6, lastHeardAt: '2026-11-21T09:00:12.345Z' }, { worker: 5 }],
              missing: [0, 1, 2, 3, 4, 7],
            },
          },
        ),
      },
    ];
    expect(remarksOnRounds(Object.freeze(rounds), closed)).toEqual([
      expect.stringMatching(/^rounds 1 and 3: .*delay p99 31 ms/),
      expect.stringMatching(
        /^round 3: invalid: workers 5 and 6 stopped before the end.* last heard of at 09:00:12 UTC; samples up to then are kept$/,
      ),
      'round 3: invalid: workers 0, 1, 2, 3, 4 and 1 more left no samples',
    ]);
  });

  it('counts rounds instead of listing many', () => {
    const of = (bad: number, all: number): string[] =>
      remarksOnRounds(
        Array.from({ length: all }, (_, i) => ({
          round: i + 1,
          cell: cell({}, { unsent: i < bad ? 1 : 0 }),
        })),
        closed,
      );
    expect(of(7, 7)).toEqual([
      'all 7 rounds: 7 planned requests were not sent because time ran out, and count as slower than any answer',
    ]);
    expect(of(6, 7)).toEqual([expect.stringMatching(/^6 of 7 rounds: 6 planned/)]);
    expect(of(5, 7)).toEqual([expect.stringMatching(/^rounds 1, 2, 3, 4 and 5: /)]);
    expect(of(1, 7)).toEqual([expect.stringMatching(/^round 1: 1 planned/)]);
  });
});
