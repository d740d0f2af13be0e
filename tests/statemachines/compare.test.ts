import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aslText, isDistributed, machine, statesOf, successors, type State } from './asl.ts';

const states = statesOf(machine);
const tasks = states.filter(([, state]) => state.Type === 'Task');
const top = Object.entries(machine.States);
const named = (name: string): State => states.find(([n]) => n === name)![1];

describe('compare.asl.json', () => {
  it('substitutes only whole strings, and exactly those that the template defines', () => {
    const used = [...aslText.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
    const whole = [...aslText.matchAll(/: "\$\{(\w+)\}"/g)].map(([, name]) => name!);
    const template = readFileSync(join(__dirname, '../../templates/orchestrator/template.yaml'), 'utf8');
    const defined = /DefinitionSubstitutions:\n((?: {8}\w+: .+\n)+)/.exec(template)![1]!;
    const names = [...defined.matchAll(/^ {8}(\w+):/gm)].map(([, name]) => name!);
    expect(whole).toEqual(used);
    expect([...new Set(used)].sort()).toEqual(names.sort());
  });

  it('names every state once', () => {
    const names = states.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(states)('says in one sentence why %s is there', (_name, state) => {
    expect(state.Comment).toMatch(/^[A-Z][^.]+\.$/);
  });

  /** Where a state is not named as what it calls: tuning has two functions, and confirms by trials. */
  const handlers: Partial<Record<string, string>> = {
    CheckCopy: 'Tuner',
    Judge: 'Tune',
    Confirm: 'Trial',
    CollectLogs: 'Collect',
  };

  it.each(tasks)('ends %s by itself and calls the handler of its name, or S3', (name, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(0);
    const { FunctionName, 'FunctionName.$': named } = state.Parameters!;
    // What loads a target may stand elsewhere: Plan says what it is.
    const elsewhere = {
      Verify: '$.verifyFunctionArn',
      Generate: '$.assignment.target.loadFrom.generateFunctionArn',
    };
    if (name === 'RunTuner') {
      expect(state.Resource).toBe('arn:aws:states:::states:startExecution.sync:2');
      expect(state.Parameters!['StateMachineArn.$']).toBe('$.tunerArn');
    } else if (name === 'KeepCause') expect(state.Resource).toBe('arn:aws:states:::aws-sdk:s3:putObject');
    else if (name in elsewhere) expect(named).toBe(elsewhere[name as keyof typeof elsewhere]);
    else expect(FunctionName).toBe(`\${${handlers[name] ?? name}FunctionArn}`);
  });

  const measuring = ['Verify', 'Generate', 'Trial', 'Confirm'];

  it.each(tasks.filter(([name]) => !measuring.includes(name) && name !== 'RunTuner'))(
    'retries %s for named reasons and with jitter',
    (_name, state) => {
      for (const retrier of state.Retry!) {
        expect(retrier.JitterStrategy).toBe('FULL');
        expect(retrier.ErrorEquals.every((error) => /^(Lambda|S3)\./.test(error))).toBe(true);
      }
    },
  );

  it.each(measuring)('retries %s only where Lambda refused it before it ran', (name) => {
    expect(named(name).Retry).toEqual([
      {
        ErrorEquals: ['Lambda.TooManyRequestsException', 'Lambda.ResourceNotReadyException'],
        IntervalSeconds: 20,
        BackoffRate: 1,
        MaxAttempts: 6,
      },
    ]);
  });

  it('measures once: no Retry of anything that holds a generator', () => {
    for (const name of [
      'MeasureRounds',
      'MeasureCells',
      'RunWorkers',
      'ForceColdStarts',
      'RunTrials',
      'TuneTargets',
      'RunTuner',
      'RunTunings',
    ]) {
      expect(named(name)).not.toHaveProperty('Retry');
    }
  });

  it('loads one cell at a time with up to 200 workers, and takes the death of every one of them', () => {
    expect(
      ['VerifyTargets', 'MeasureRounds', 'MeasureCells'].map((name) => named(name).MaxConcurrency),
    ).toEqual([1, 1, 1]);
    const distributed = states.filter(([, state]) => isDistributed(state));
    expect(distributed.map(([name]) => name)).toEqual(['RunWorkers', 'RunTrials', 'RunTunings']);
    for (const name of ['ForceColdStarts', 'RunTrials', 'TuneTargets', 'ConfirmWinner', 'RunTunings'])
      expect(named(name).MaxConcurrency).toBe(1);
    expect(named('RunTrials')).toMatchObject({ ToleratedFailurePercentage: 100 });
    expect(named('RunWorkers')).toMatchObject({ MaxConcurrency: 200, ToleratedFailurePercentage: 100 });
  });

  it('catches whatever happens to a target or a worker where it happens', () => {
    for (const name of ['Verify', 'RunWorkers', 'Generate', 'CheckCopy', 'RunTuner', 'Judge', 'Confirm']) {
      expect(named(name).Catch!.flatMap((c) => c.ErrorEquals)).toContain('States.ALL');
    }
  });

  it('leaves no state before CleanUp that could end the execution', () => {
    for (const [name, state] of top) {
      const ends = ['RunFailed', 'ReportFailed', 'ThresholdCrossed', 'RunSucceeded'];
      const last = ['DecideOutcome', 'CleanUp', ...ends].includes(name);
      if (!last && state.Type !== 'Pass') {
        expect([name, state.Catch?.map((c) => c.ErrorEquals)]).toEqual([name, [['States.ALL']]]);
      }
      if (!last) expect([name, successors(state).length]).not.toEqual([name, 0]);
    }
  });

  it('reaches an end only through CleanUp', () => {
    const reached = new Set<string>();
    const walk = (name: string): void => {
      if (name === 'CleanUp' || reached.has(name)) return;
      reached.add(name);
      successors(machine.States[name]!).forEach(walk);
    };
    walk(machine.StartAt);
    expect([...reached].filter((name) => successors(machine.States[name]!).length === 0)).toEqual([]);
    expect(machine.States['CleanUp']!.Next).toBe('DecideOutcome');
  });
});
