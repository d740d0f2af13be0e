import { partKey, planKey, reportKey, verifyKey } from '../../../src/core/keys.ts';
import {
  emptyProgress,
  observeObject,
  progressLine,
  remainingSeconds,
  stepOf,
  timedTargets,
  type RunProgress,
} from '../../../src/cli/run/progress.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';
import { sampleRun } from '../../core/report/sample-run.ts';

const run = sampleRun({
  rounds: 2,
  requests: 100,
  seed: 1,
  characters: [
    { id: 'fast', warmMs: 10, coldMs: 20 },
    { id: 'slow', warmMs: 40, coldMs: 80 },
    { id: 'lossy', warmMs: 1, coldMs: 2, failsVerification: 'lost updates' },
  ],
});
const { runId } = run.plan;

const planned = observeObject(emptyProgress(runId), planKey(runId), JSON.stringify(run.plan));
const verified = observeObject(planned, verifyKey(runId), JSON.stringify(run.verifications));
const observeParts = (count: number): RunProgress =>
  run.parts
    .slice(0, count)
    .reduce((progress, part) => observeObject(progress, partKey(part), JSON.stringify(part)), verified);

describe('observeObject', () => {
  it('adds the parts of a cell up', () => {
    const cell = observeParts(2).cells.get('1/fast');
    expect(cell).toEqual({ sent: 100, finished: 1, workers: 1 });
  });

  it('leaves out targets that failed their verification once that is known', () => {
    expect(timedTargets(planned)).toEqual(['fast', 'slow', 'lossy']);
    expect(timedTargets(verified)).toEqual(['fast', 'slow']);
  });

  it('counts the trials that are listed and those that were made', () => {
    const list = observeObject(verified, `runs/${runId}/trials/cold-starts.json`, '[{}, {}]');
    const tried = observeObject(list, `runs/${runId}/trials/cold-starts/fast/512-1-1.json`, '{}');
    expect(progressLine({ ...tried, step: { state: 'RunTrials' } }, 0)).toBe('Forcing cold starts: 1 of 2');
  });

  it('ignores objects that it does not know', () => {
    expect(observeObject(verified, `runs/${runId}/steps/1-fast-0.json`, '[]')).toBe(verified);
  });
});

describe('stepOf', () => {
  it('reads target and round from the inputs of Verify and of RunWorkers', () => {
    expect(stepOf('Verify', '{"runId":"r","targetId":"fast"}')).toEqual({
      state: 'Verify',
      targetId: 'fast',
    });
    expect(stepOf('RunWorkers', '{"assignmentsKey":"runs/r/steps/2-node-dynamodb-0.json"}')).toEqual({
      state: 'RunWorkers',
      targetId: 'node-dynamodb',
      round: 2,
    });
  });

  it('keeps the name of a state whose input it cannot read', () => {
    expect(stepOf('Report', '{"cut off')).toEqual({ state: 'Report' });
    expect(stepOf('Report', 'null')).toEqual({ state: 'Report' });
  });
});

describe('remainingSeconds', () => {
  // 110 requests of 10 and of 40 ms and 1 s around each of them, twice.
  const whole = 2 * (1.1 + 1 + 4.4 + 1);

  it('is unknown before the plan is', () => {
    expect(remainingSeconds(emptyProgress(runId), 0)).toBeUndefined();
  });

  it('is made of the verified means before anything was measured', () => {
    expect(remainingSeconds(verified, 0)).toBeCloseTo(whole, 6);
  });

  it('follows the pace of the cells so far', () => {
    const firstRound = observeParts(4);
    expect(remainingSeconds(firstRound, whole / 2)).toBeCloseTo(whole / 2, 6);
    expect(remainingSeconds(firstRound, whole)).toBeCloseTo(whole, 6);
  });

  it('ends at nothing', () => {
    expect(remainingSeconds(observeParts(run.parts.length), 12)).toBe(0);
  });

  it('is made of the duration in the open model', () => {
    const load = parseLoad({ rate: 10, durationSeconds: 30, warmup: 0 });
    expect(remainingSeconds({ ...verified, plan: { ...run.plan, load } }, 0)).toBe(2 * 2 * 31);
  });

  it('knows that many connections are no faster than what the target lets through', () => {
    const load = parseLoad({ requests: 10_000, concurrency: 100, warmup: 0 });
    const targets = run.plan.targets.map((target) => ({ ...target, maxRate: 100 }));
    expect(remainingSeconds({ ...verified, plan: { ...run.plan, load, targets } }, 0)).toBe(2 * 2 * 101);
  });
});

describe('progressLine', () => {
  it.each([
    [emptyProgress(runId), 'Starting'],
    [planned, 'Verifying the targets'],
    [{ ...planned, step: stepOf('Verify', '{"targetId":"slow"}') }, 'Verifying slow (2 of 3)'],
    [verified, 'Measuring: 0 of 400 requests, about 15 s left'],
    [{ ...verified, step: { state: 'Report' } }, 'Writing the report'],
    [observeObject(verified, reportKey(runId, 'json'), '{}'), 'Cleaning up'],
  ])('tells what goes on', (progress, begin) => {
    expect(progressLine(progress, 0)).toContain(begin);
  });

  it('names round and target while it measures', () => {
    const step = stepOf('RunWorkers', '{"assignmentsKey":"runs/r/steps/2-slow-0.json"}');
    expect(progressLine({ ...observeParts(4), step }, 7.5)).toBe(
      'Measuring round 2 of 2, slow: 200 of 400 requests, about 8 s left',
    );
  });

  it('says when nothing is heard of the generators for longer than two of their intervals', () => {
    expect(progressLine(verified, 0, 10)).not.toContain('heard');
    expect(progressLine(verified, 0, 11)).toContain('; nothing heard of its generators for 11 s');
    expect(progressLine({ ...verified, step: { state: 'Report' } }, 0, 11)).not.toContain('heard');
  });
});
