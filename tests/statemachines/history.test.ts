import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxSteps } from '../../src/core/schedule/steps.ts';
import { maxTargets } from '../../src/core/schema/request.ts';
import { machine, successors, worstCaseEvents, type Machine } from './asl.ts';

const maxRounds = 50;
const quota = 25_000;
/** Forced and idle. */
const purposes = ['cold-starts', 'idle'];

describe('worstCaseEvents', () => {
  it('counts what the documentation lists for a small machine', () => {
    const small: Machine = {
      StartAt: 'Work',
      States: {
        Work: {
          Type: 'Task',
          Retry: [{ ErrorEquals: ['Lambda.ServiceException'], MaxAttempts: 1 }],
          Next: 'Each',
        },
        Each: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'Note', States: { Note: { Type: 'Pass' } } },
          Next: 'Fan',
        },
        Fan: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED' },
            StartAt: 'Child',
            States: { Child: { Type: 'Task' } },
          },
          Next: 'Done',
        },
        Done: { Type: 'Succeed' },
      },
    };
    const iteration = ['MapIterationStarted', 'PassStateEntered', 'PassStateExited', 'MapIterationSucceeded'];
    const events = [
      'ExecutionStarted',
      'TaskStateEntered',
      ...['TaskScheduled', 'TaskStarted', 'TaskFailed'],
      ...['TaskScheduled', 'TaskStarted', 'TaskSucceeded'],
      'TaskStateExited',
      ...[
        'MapStateEntered',
        'MapStateStarted',
        ...iteration,
        ...iteration,
        'MapStateSucceeded',
        'MapStateExited',
      ],
      ...['MapStateEntered', 'MapStateStarted', 'MapRunStarted'],
      ...['MapRunSucceeded', 'MapStateSucceeded', 'MapStateExited'],
      ...['SucceedStateEntered', 'SucceedStateExited'],
      'ExecutionSucceeded',
    ];
    expect(worstCaseEvents(small, { Each: 2 })).toBe(events.length);
  });

  it('refuses to count a Map whose iterations have no known bound', () => {
    expect(() => worstCaseEvents(machine, {})).toThrow('VerifyTargets');
  });
});

const tunerMachine = JSON.parse(
  readFileSync(join(__dirname, '../../statemachines/tuner.asl.json'), 'utf8'),
) as Machine;

describe('the histories of a run that does everything', () => {
  it('stay below 5,000 events for 10 targets, 6 sizes and 10 rounds', () => {
    const events = worstCaseEvents(machine, {
      VerifyTargets: 10,
      MeasureRounds: 10,
      // Of each round and all together: those of a round are counted once.
      MeasureCells: 10 * 10,
      ForceColdStarts: purposes.length,
      TuneTargets: 1,
    });
    expect(events).toBeLessThan(5_000);
    const { RunTunings } = machine.States['TuneTargets']!.ItemProcessor!.States;
    expect(worstCaseEvents(RunTunings!.ItemProcessor!, { ConfirmWinner: 2 * 10 })).toBeLessThan(5_000);
    expect(worstCaseEvents(tunerMachine, { MeasureSizes: 6 })).toBeLessThan(5_000);
  });

  it("stay within the quota for a tuner's most sizes", () => {
    expect(worstCaseEvents(tunerMachine, { MeasureSizes: 50 })).toBeLessThan(quota);
  });
});

describe('compare.asl.json', () => {
  it('has no loops, so that an execution visits each state at most once', () => {
    const walk = ({ States }: Machine, name: string, path: readonly string[]): void => {
      expect(path).not.toContain(name);
      const state = States[name]!;
      successors(state).forEach((next) => {
        walk({ StartAt: '', States }, next, [...path, name]);
      });
      if (state.ItemProcessor !== undefined) walk(state.ItemProcessor, state.ItemProcessor.StartAt, []);
    };
    walk(machine, machine.StartAt, []);
  });

  it('stays within an execution history at the bounds of targets, rounds and steps', () => {
    const events = worstCaseEvents(machine, {
      VerifyTargets: maxTargets,
      MeasureRounds: maxRounds,
      MeasureCells: maxSteps,
      ForceColdStarts: purposes.length,
      TuneTargets: 1,
    });
    expect(events).toBeGreaterThan(8 * maxSteps);
    expect(events).toBeLessThan(quota);
  });
});
