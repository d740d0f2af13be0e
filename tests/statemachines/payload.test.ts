import { assignmentsKey } from '../../src/core/keys.ts';
import type {
  FinishInput,
  PlanOutput,
  ReportOutput,
  Schedule,
  ScheduleInput,
} from '../../src/core/payloads.ts';
import { maxSteps } from '../../src/core/schedule-steps.ts';
import { asTargetId } from '../../src/core/validate-target.ts';
import { maxTargets, parseRunRequest } from '../../src/core/validate-request.ts';

/** What a state's data may measure, and what Step Functions keeps of an error's cause. */
const maxBytes = 262_144;
const maxCause = 32_768;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const times = <T>(n: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: n }, (_, i) => make(i));

const runId = 'r'.repeat(60);
const targetId = 't'.repeat(40);
const error = { Error: 'E'.repeat(256), Cause: 'c'.repeat(maxCause) };

describe('the data between the states', () => {
  it('is sized by the longest ids and the most rounds that Plan admits', () => {
    const admitted = (request: object) => () => parseRunRequest({ request, executionName: 'x' });
    expect(admitted({ runId, rounds: 50 })).not.toThrow();
    expect(admitted({ runId: `${runId}r` })).toThrow('runId');
    expect(admitted({ rounds: 51 })).toThrow('rounds');
    expect(() => asTargetId(targetId, 'id')).not.toThrow();
    expect(() => asTargetId(`${targetId}t`, 'id')).toThrow('id');
  });

  it('fits after Plan', () => {
    const state: PlanOutput = { runId, verifications: times(maxTargets, () => ({ runId, targetId })) };
    expect(bytes(state)).toBeLessThan(maxBytes);
  });

  it('fits after Verify, and with the error of a Schedule that failed', () => {
    const state: ScheduleInput & FinishInput = {
      runId,
      verifications: times(maxTargets, () => ({
        targetId,
        ok: false,
        sent: 50,
        acknowledged: 50,
        meanMs: 12_345.678_901_234,
        reason: 'r'.repeat(1_000),
        observed: { 'x-architecture': 'a'.repeat(250), 'x-instance': 'i'.repeat(250), 'x-cold': '1' },
      })),
      error,
    };
    expect(bytes(state)).toBeLessThan(maxBytes);
  });

  it('fits after Schedule with the most steps, also when measuring and reporting both failed', () => {
    const perRound = maxSteps / 50;
    const state: Schedule & FinishInput & { report: { output: ReportOutput } } = {
      runId,
      rounds: times(50, (i) => ({
        round: i + 1,
        steps: times(perRound, (segment) => ({
          assignmentsKey: assignmentsKey(runId, 50, `${targetId}@10240`, 50 + segment),
          workers: 200,
        })),
      })),
      error,
      reportError: error,
      report: {
        output: {
          runId,
          reportKey: `runs/${runId}/report.json`,
          htmlKey: `runs/${runId}/report.html`,
          measured: times(maxTargets, () => targetId),
          failed: [],
        },
      },
    };
    expect(bytes(state)).toBeLessThan(maxBytes);
  });
});
