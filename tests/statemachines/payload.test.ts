import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryObjectStore } from '../support/memory.ts';
import { verify } from '../../src/app/verify.ts';
import { assignmentsKey, planKey, trialListKey, tuningListKey } from '../../src/core/keys.ts';
import { parseManifest } from '../../src/core/schema/manifest.ts';
import { crossedInShort } from '../../src/core/report/thresholds.ts';
import type { FinishInput, ReportOutput } from '../../src/core/schema/outcome.ts';
import type { PlanOutput, Verification } from '../../src/core/schema/plan.ts';
import type { Schedule, ScheduleInput } from '../../src/core/schema/work.ts';
import { maxTargets, parseRunRequest } from '../../src/core/schema/request.ts';
import { maxSteps } from '../../src/core/schedule/steps.ts';
import { asTargetId } from '../../src/core/schema/target.ts';
import type { Exchange } from '../../src/ports/index.ts';
import { planOf, targetOf } from '../app/run.ts';
import { aslText } from './asl.ts';

/** What a state's data may measure, and what Step Functions keeps of an error's cause. */
const maxBytes = 262_144;
const maxCause = 32_768;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const times = <T>(n: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: n }, (_, i) => make(i));

const runId = 'r'.repeat(60);
const executionName = 'e'.repeat(80);
const targetId = 't'.repeat(40);
const error = { Error: 'E'.repeat(256), Cause: 'c'.repeat(maxCause) };

/** What Verify says of a target that answers every request with `result`. */
const verificationOf = (result: Exchange['result']): Promise<Verification> => {
  const plan = planOf({ runId, targets: [targetOf(targetId, {})] });
  const store = memoryObjectStore(new Map([[planKey(runId), JSON.stringify(plan)]]));
  const exchange: Exchange = { sentMs: 0, endMs: 59_999.123_456, result };
  const connection = { send: () => Promise.resolve(exchange), close: () => undefined };
  const deps = { store, clock: { now: () => 0 }, connectionOpener: () => () => connection };
  return verify(deps, { runId, targetId });
};

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
    const verification = { runId, targetId, verifyFunctionArn: 'a'.repeat(200) };
    const state: PlanOutput = { runId, executionName, verifications: times(maxTargets, () => verification) };
    expect(bytes(state)).toBeLessThan(maxBytes);
  });

  it('fits after Verify, and with the error of a Schedule that failed', async () => {
    const long = 'x'.repeat(10_000);
    const headers = new Map(
      Object.entries({ server: long, 'x-architecture': long, 'x-instance': long, 'x-cold': '1' }),
    );
    const unfit = await verificationOf({ error: 'connect', message: long });
    const fit = await verificationOf({ status: 200, headers, body: '{"hits":1}' });
    expect(fit.coldStarts!.burstMs.length).toBeGreaterThan(0);
    for (const verification of [fit, unfit]) {
      const verifications = times(maxTargets, () => verification);
      const state: ScheduleInput & FinishInput = { runId, executionName, verifications, error };
      expect(bytes(state)).toBeLessThan(maxBytes);
    }
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
      coldStarts: ['cold-starts', 'idle'].map((purpose) => ({
        trialsKey: trialListKey(runId, purpose),
        waitSeconds: 3_600,
      })),
      tunings: [{ tuningsKey: tuningListKey(runId) }],
      error,
      reportError: error,
      report: {
        output: {
          runId,
          reportKey: `runs/${runId}/report.json`,
          htmlKey: `runs/${runId}/report.html`,
          measured: times(maxTargets, () => targetId),
          failed: [],
          crossed: crossedInShort(times(4 * maxTargets, () => 'é'.repeat(1_000))),
        },
      },
    };
    expect(bytes(state)).toBeLessThan(maxBytes);
    expect(state.report.output.crossed!.length).toBeLessThan(maxCause);
    // What was measured is dropped before anything after it can fail.
    const later = { ...state, rounds: times(50, () => ({})), error: undefined, coldStartsError: error };
    expect(bytes(later)).toBeLessThan(maxBytes);
    expect(JSON.parse(aslText)).toMatchObject({
      States: {
        MeasureRounds: {
          ResultPath: '$.rounds',
          ItemProcessor: { States: { MeasureCells: { OutputPath: null } } },
        },
      },
    });
  });
});

describe('events/executions', () => {
  const root = join(__dirname, '../..');
  const folder = join(root, 'events/executions');
  const manifest = readFileSync(join(root, 'templates/architectures.json'), 'utf8');
  const ids = parseManifest(manifest).architectures.map(({ id }) => id);

  it.each(readdirSync(folder))('%s is an input that Plan accepts, for targets that exist', (file) => {
    const request: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const { targets = [] } = parseRunRequest({ request, executionName: 'example' });
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
