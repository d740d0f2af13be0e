import { setTimeout as sleep } from 'node:timers/promises';
import { parseDeathKey } from '../../src/core/keys.ts';
import { machine, type Machine, worstCaseEvents } from './asl.ts';
import {
  type Call,
  type EndedExecution,
  type Payload,
  type Script,
  type ScriptedLab,
  startScriptedLab,
  Thrown,
} from './scripted-lab.ts';

jest.setTimeout(60_000);

const runId = 'run-1';
const key = (round: number, target: string) => `runs/${runId}/steps/${round}-${target}-0.json`;
const trialsKey = `runs/${runId}/trials/cold-starts.json`;
const workers = 3;
const output = { runId, reportKey: 'report.json', htmlKey: 'report.html', measured: ['a', 'b'], failed: [] };

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const loadFrom = { verifyFunctionArn: arnOf('Verify'), generateFunctionArn: arnOf('Generate') };

let lab: ScriptedLab;
beforeAll(async () => {
  lab = await startScriptedLab();
  for (const round of [1, 2]) {
    for (const target of ['a', 'b']) {
      const items = Array.from({ length: workers }, (_, worker) => ({
        ...{ runId, round, cellId: target, worker },
        ...{ attempt: 1, segment: 0 },
        target: { loadFrom },
      }));
      await lab.put(key(round, target), items);
    }
  }
  await lab.put(
    trialsKey,
    [1, 2, 3].map((round) => ({ runId, targetId: 'a', round })),
  );
});
afterAll(() => lab.stop());

/** Two targets, two rounds, three workers each; all well. */
const allWell: Script = {
  Plan: () => ({
    runId,
    verifications: ['a', 'b'].map((targetId) => ({
      runId,
      targetId,
      verifyFunctionArn: loadFrom.verifyFunctionArn,
    })),
  }),
  Verify: ({ targetId }: Payload) => ({ targetId, ok: true, sent: 50, acknowledged: 50 }),
  Schedule: () => ({
    runId,
    coldStarts: [{ trialsKey, waitSeconds: 1 }],
    tunings: [],
    rounds: [1, 2].map((round) => ({
      round,
      steps: ['b', 'a'].map((target) => ({ assignmentsKey: key(round, target), workers })),
    })),
  }),
  Generate: async ({ assignment }: Payload) => {
    await sleep(100);
    return { worker: assignment.worker, parts: 1, sent: 10, ok: 10, failed: 0, unsent: 0 };
  },
  Trial: () => ({ requests: 1 }),
  Collect: () => ({ targets: [] }),
  Report: () => output,
  CleanUp: () => ({}),
};

const run = (script: Script, input = '{"rounds":2}') => lab.run(input, { ...allWell, ...script });
const throws = (name: string) => () => {
  throw new Thrown(name);
};
/** The handler as when all is well, but for the calls that throw. */
const failing = (
  handler: string,
  name: string,
  fails: (payload: Payload, nth: number) => boolean,
): Script => ({
  [handler]: (payload: Payload, nth) =>
    fails(payload, nth) ? throws(name)() : allWell[handler]!(payload, nth),
});
const callsOf = ({ calls }: EndedExecution, handler: string): readonly Call[] =>
  calls.filter((call) => call.handler === handler);
const names = ({ calls }: EndedExecution): readonly string[] => [
  ...new Set(calls.map(({ handler }) => handler)),
];

describe('compare.asl.json when all is well', () => {
  it('goes through every handler and answers where the report is', async () => {
    const ended = await run({});
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output });
    expect(names(ended)).toEqual([
      'Plan',
      'Verify',
      'Schedule',
      'Generate',
      'Trial',
      'Collect',
      'Report',
      'CleanUp',
    ]);
    expect(callsOf(ended, 'Plan')[0]!.payload).toEqual({
      request: { rounds: 2 },
      executionName: expect.stringMatching(/./),
      loadFrom,
    });
    expect(callsOf(ended, 'Schedule')[0]!.payload).toEqual({
      runId,
      verifications: ['a', 'b'].map((targetId) => ({ targetId, ok: true, sent: 50, acknowledged: 50 })),
    });
    expect(callsOf(ended, 'CleanUp')[0]!.payload).toMatchObject({
      executionName: callsOf(ended, 'Plan')[0]!.payload.executionName,
      run: { runId },
    });
  });

  it('loads one cell at a time in the order of the schedule, its workers together and by one clock', async () => {
    const ended = await run({});
    const generated = callsOf(ended, 'Generate');
    const cells = generated.map(({ payload }) => `${payload.assignment.round}${payload.assignment.cellId}`);
    expect(cells).toEqual(
      ['1b', '1a', '2b', '2a'].flatMap((cell) => Array.from({ length: workers }, () => cell)),
    );
    for (let cell = 0; cell < 4; cell += 1) {
      const together = generated.slice(cell * workers, (cell + 1) * workers);
      expect(new Set(together.map(({ payload }): unknown => payload.assignment.worker)).size).toBe(workers);
      expect(new Set(together.map(({ payload }): unknown => payload.enteredAt)).size).toBe(1);
      const lastStart = Math.max(...together.map(({ startedMs }) => startedMs));
      expect(lastStart).toBeLessThan(Math.min(...together.map(({ endedMs }) => endedMs)));
      const before = generated.slice(0, cell * workers).map(({ endedMs }) => endedMs);
      expect(Math.max(0, ...before)).toBeLessThan(Math.min(...together.map(({ startedMs }) => startedMs)));
    }
  });
});

describe('compare.asl.json and cold starts', () => {
  it('makes the listed trials one after another, after what was loaded and a wait, each from its own input', async () => {
    const ended = await run({ Trial: () => sleep(50) });
    const trials = callsOf(ended, 'Trial');
    expect(trials.map(({ payload }): unknown => payload)).toEqual(
      [1, 2, 3].map((round) => ({ runId, targetId: 'a', round })),
    );
    trials.slice(1).forEach(({ startedMs }, i) => {
      expect(startedMs).toBeGreaterThanOrEqual(trials[i]!.endedMs);
    });
    const loaded = Math.max(...callsOf(ended, 'Generate').map(({ endedMs }) => endedMs));
    expect(trials[0]!.startedMs - loaded).toBeGreaterThan(900);
  });

  it('goes on with the next trial where one dies', async () => {
    const ended = await run(failing('Trial', 'Error', (_, nth) => nth === 0));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output });
    expect(callsOf(ended, 'Trial')).toHaveLength(3);
    expect(callsOf(ended, 'Report')[0]!.payload).not.toHaveProperty('coldStartsError');
  });

  it('reports all the same, and tells the report, where the trials could not be read', async () => {
    const { Schedule } = allWell;
    const absent = { coldStarts: [{ trialsKey: 'runs/absent', waitSeconds: 0 }] };
    const ended = await run({
      Schedule: (payload, nth) => ({ ...(Schedule!(payload, nth) as object), ...absent }),
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output });
    expect(callsOf(ended, 'Trial')).toHaveLength(0);
    expect(callsOf(ended, 'Report')[0]!.payload.coldStartsError.Error).toEqual(expect.any(String));
  });
});

describe('compare.asl.json when one target fails', () => {
  it('reports a target whose verification died as failed, and goes on with the other', async () => {
    const ended = await run(failing('Verify', 'Error', (_, nth) => nth === 0));
    expect(ended.status).toBe('SUCCEEDED');
    expect(callsOf(ended, 'Schedule')[0]!.payload.verifications).toEqual([
      { targetId: 'a', ok: false, sent: 0, acknowledged: 0, reason: 'its verification ended with Error' },
      { targetId: 'b', ok: true, sent: 50, acknowledged: 50 },
    ]);
  });

  it('does not measure again when a generator dies, keeps its cause, and lets the other workers finish', async () => {
    const dies = ({ assignment }: Payload) =>
      assignment.round === 1 && assignment.cellId === 'b' && assignment.worker === 1;
    const ended = await run(failing('Generate', 'Runtime.ExitError', dies));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output });
    expect(callsOf(ended, 'Generate')).toHaveLength(4 * workers);
    expect(callsOf(ended, 'Generate').filter(({ payload }) => dies(payload))).toHaveLength(1);
    const kept = `runs/${runId}/cells/1/b/1/1-0-died.json`;
    expect(parseDeathKey(kept)).toEqual({ runId, round: 1, cellId: 'b', worker: 1, attempt: 1, segment: 0 });
    const { Error: name, Cause } = (await lab.get(kept)) as { Error: string; Cause: string };
    expect([name, JSON.parse(Cause)]).toEqual([
      expect.any(String),
      expect.objectContaining({ errorMessage: 'on purpose' }),
    ]);
  });

  it.each(['Lambda.TooManyRequestsException', 'Lambda.ResourceNotReadyException'])(
    'asks again for what %s refused before it ran, and then measures it',
    async (name) => {
      const refused = (_: Payload, nth: number) => nth < 2;
      const ended = await run({ ...failing('Verify', name, refused), ...failing('Generate', name, refused) });
      expect(ended.status).toBe('SUCCEEDED');
      expect(callsOf(ended, 'Verify')).toHaveLength(2 + 2);
      expect(callsOf(ended, 'Schedule')[0]!.payload.verifications).toMatchObject([
        { ok: true },
        { ok: true },
      ]);
      expect(callsOf(ended, 'Generate')).toHaveLength(4 * workers + 2);
    },
  );

  it('goes on when a generator is refused for good, after six more tries', async () => {
    const theOne = ({ assignment: { round, cellId, worker } }: Payload) =>
      round === 1 && cellId === 'b' && worker === 0;
    const ended = await run(failing('Generate', 'Lambda.TooManyRequestsException', theOne));
    expect(ended.status).toBe('SUCCEEDED');
    expect(callsOf(ended, 'Generate')).toHaveLength(4 * workers + 6);
  });

  it('skips a step whose workers cannot be read', async () => {
    const ended = await run({
      Schedule: () => {
        const steps = ['runs/missing.json', key(1, 'a')].map((assignmentsKey) => ({
          assignmentsKey,
          workers,
        }));
        return { runId, coldStarts: [], tunings: [], rounds: [{ round: 1, steps }] };
      },
    });
    expect(ended.status).toBe('SUCCEEDED');
    const cells = callsOf(ended, 'Generate').map(({ payload }): unknown => payload.assignment.cellId);
    expect(cells).toEqual(['a', 'a', 'a']);
  });
});

describe('compare.asl.json when the run fails', () => {
  const inputs = ['{"rounds":0}', '"text"', '[1]', 'null', '17', '{"error":{"Error":"Mine"},"runId":7}'];

  it.each(inputs)('cleans up after bad input %s and ends with its error', async (input) => {
    const ended = await run({ Plan: throws('InputError') }, input);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'InputError' });
    expect(ended.cause).toContain('on purpose');
    expect(names(ended)).toEqual(['Plan', 'CleanUp']);
    const { executionName, run: left } = callsOf(ended, 'CleanUp')[0]!.payload;
    expect(executionName).toBe(callsOf(ended, 'Plan')[0]!.payload.executionName);
    expect(left).toEqual({ error: { Error: 'InputError', Cause: expect.stringContaining('on purpose') } });
  });

  it('reports what there is and cleans up when Schedule fails', async () => {
    const ended = await run({ Schedule: throws('NoTargetError') });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'NoTargetError' });
    expect(names(ended)).toEqual(['Plan', 'Verify', 'Schedule', 'Report', 'CleanUp']);
    expect(callsOf(ended, 'Report')[0]!.payload).toMatchObject({ runId, error: { Error: 'NoTargetError' } });
  });

  it('reports all the same when the logs cannot be read, and says why', async () => {
    const ended = await run({ Collect: throws('InsightsBroke') });
    expect(ended.status).toBe('SUCCEEDED');
    expect(callsOf(ended, 'Report')[0]!.payload).toMatchObject({
      ...{ runId, logsError: { Error: 'InsightsBroke' } },
    });
  });

  it('cleans up when Report fails, and ends with the first of two errors', async () => {
    const alone = await run({ Report: throws('ReportBroke') });
    expect(alone).toMatchObject({ status: 'FAILED', error: 'ReportBroke' });
    expect(callsOf(alone, 'CleanUp')[0]!.payload.run).toMatchObject({
      runId,
      reportError: { Error: 'ReportBroke' },
    });
    const both = await run({ Schedule: throws('NoTargetError'), Report: throws('ReportBroke') });
    expect(both).toMatchObject({ status: 'FAILED', error: 'NoTargetError' });
    expect(callsOf(both, 'CleanUp')).toHaveLength(1);
  });

  it('fails with the thresholds that the report found crossed, after it reported and cleaned up', async () => {
    const crossed = 'a: p99 is 60 ms; allowed: 50 ms';
    const ended = await run({ Report: () => ({ ...output, crossed }) });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ThresholdCrossed', cause: crossed });
    expect(callsOf(ended, 'CleanUp')[0]!.payload.run).toMatchObject({
      runId,
      report: { output: { crossed } },
    });
    const both = await run({ Schedule: throws('NoTargetError'), Report: () => ({ ...output, crossed }) });
    expect(both).toMatchObject({ status: 'FAILED', error: 'NoTargetError' });
  });

  it('tries a throttled Plan again', async () => {
    const ended = await run(failing('Plan', 'Lambda.TooManyRequestsException', (_, nth) => nth === 0));
    expect(ended.status).toBe('SUCCEEDED');
    expect(callsOf(ended, 'Plan')).toHaveLength(2);
  });

  it('takes as many events as are counted for its history, but for TaskStarted, which the emulator leaves out', async () => {
    const { events } = await run({ Plan: throws('InputError') });
    const passed = ['Plan', 'KeepPlanError', 'CleanUp', 'DecideOutcome', 'RunFailed'];
    const withoutRetry = passed.map((name) => [name, { ...machine.States[name]!, Retry: [] }]);
    const path: Machine = { StartAt: 'Plan', States: Object.fromEntries(withoutRetry) };
    const attempts = events.filter((type) => type === 'TaskScheduled').length;
    expect(events).not.toContain('TaskStarted');
    expect(events.length + attempts).toBe(worstCaseEvents(path, {}));
  });
});
