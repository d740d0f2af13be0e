import { memoryObjectStore } from '../support/memory.ts';
import { gatherReport, makeReport, type ReportDeps } from '../../src/app/report.ts';
import {
  assignmentsKey,
  logsKey,
  partKey,
  planKey,
  reportKey,
  trialKey,
  trialListKey,
  verifyKey,
} from '../../src/core/keys.ts';
import type { SamplePart } from '../../src/core/schema/part.ts';
import type { Report } from '../../src/core/schema/report.ts';
import { sampleRun, sixArchitectures } from '../core/report/sample-run.ts';

const run = sampleRun({ rounds: 3, requests: 50, seed: 2, characters: sixArchitectures });
const runId = run.plan.runId;
const clock = { wallTime: () => Date.parse('2026-11-21T10:00:00.000Z') };

const filled = (parts: readonly SamplePart[] = run.parts): Map<string, string> => {
  const objects = new Map(parts.map((part) => [partKey(part), JSON.stringify(part)]));
  objects.set(planKey(runId), JSON.stringify(run.plan));
  objects.set(verifyKey(runId), JSON.stringify(run.verifications));
  return objects;
};
const depsOf = (objects: Map<string, string>): ReportDeps => ({
  store: memoryObjectStore(objects),
  clock,
  architectures: [{ id: 'node-dynamodb', title: 'Node' }],
});
const reportOf = async (objects: Map<string, string>): Promise<Report> =>
  (await makeReport(depsOf(objects), { runId })).report;
const rustIn = ({ targets }: Report) => targets.find(({ id }) => id === 'rust-dynamodb');
const isOf = (cellId: string, round: number, part: SamplePart): boolean =>
  part.cellId === cellId && part.round === round;
/** The parts, as a worker of a first round leaves them that dies before its end. */
const cutShort = (parts: readonly SamplePart[]) =>
  parts.map(({ self: _, ...part }) => ({ ...part, final: false }));
const storedReport = (objects: Map<string, string>): Report =>
  JSON.parse(objects.get(reportKey(runId, 'json')) ?? '') as Report;

describe('what CollectLogs left', () => {
  const logs = { schema: 'latency-lab.logs.v1', targetId: 'rust-dynamodb', requests: [], remarks: ['late'] };

  it('is with its target', async () => {
    const objects = filled();
    objects.set(logsKey(runId, 'rust-dynamodb'), JSON.stringify(logs));
    const report = await reportOf(objects);
    expect(rustIn(report)!.logs).toEqual({ waterfalls: [], remarks: ['late'] });
    expect(report.targets.filter((one) => one.logs !== undefined)).toHaveLength(1);
  });

  it('is missed with a remark where it is broken, or where the state failed', async () => {
    const objects = filled();
    objects.set(logsKey(runId, 'rust-dynamodb'), JSON.stringify({ ...logs, requests: 1 }));
    const logsError = { Error: 'States.Timeout', Cause: 'too slow' };
    const { report } = await makeReport(depsOf(objects), { runId, logsError });
    expect(report.remarks).toEqual([
      'the log lines of the functions were not read: States.Timeout: too slow',
      expect.stringContaining('logs/rust-dynamodb.json'),
    ]);
    expect(report.targets.length).toBeGreaterThan(5);
  });
});

describe('makeReport', () => {
  it('writes all four formats and names clean and other targets', async () => {
    const objects = filled();
    const { output, report } = await makeReport(depsOf(objects), { runId });
    expect(output).toEqual({
      runId,
      reportKey: `runs/${runId}/report.json`,
      htmlKey: `runs/${runId}/report.html`,
      measured: ['null', 'python-dynamodb', 'rust-dynamodb', 'cpp-dynamodb'],
      failed: ['node-dynamodb', 'python-s3', 'lossy'],
      crossed: report.crossed?.join('; '),
      recommended: 'cpp-dynamodb',
    });
    expect(report.crossed?.map((sentence) => sentence.split(':')[0])).toEqual([
      'node-dynamodb',
      'lossy',
      'python-s3',
    ]);
    expect(storedReport(objects)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(objects.get(reportKey(runId, 'html'))).toContain('<!doctype html>');
    expect(objects.get(reportKey(runId, 'md'))).toMatch(/^# /);
    expect(objects.get(reportKey(runId, 'csv'))).toMatch(/^target,/);
    expect(report.finishedAt).toBe('2026-11-21T10:00:00.000Z');
  });

  it('reports a failed run with what it left and the message of its error', async () => {
    const objects = filled(run.parts.filter((part) => part.round === 1));
    const error = {
      Error: 'InputError',
      Cause: '{"errorType":"InputError","errorMessage":"too many steps"}',
    };
    const { report } = await makeReport(depsOf(objects), { runId, error });
    expect(report.outcome).toEqual({ ok: false, error: 'InputError', cause: 'too many steps' });
    expect(report.targets.find((t) => t.id === 'python-dynamodb')?.remarks).toContain(
      'samples of 1 of 3 rounds, none of rounds 2 and 3',
    );
  });

  it('takes the latest attempt alone', async () => {
    const [first] = run.parts;
    if (first === undefined) throw new Error('no parts');
    const again = run.parts
      .filter((part) => part.cellId === first.cellId && part.round === 1)
      .map((part) => ({ ...part, attempt: 2 }));
    expect(await reportOf(filled([...run.parts, ...again]))).toEqual(await reportOf(filled()));
  });

  it('knows by the assignments of workers that left nothing', async () => {
    const objects = filled();
    const assignments = [0, 1].map((worker) => ({
      runId,
      round: 1,
      cellId: 'rust-dynamodb',
      segment: 0,
      attempt: 1,
      worker,
      workers: 2,
      target: run.plan.targets.find(({ id }) => id === 'rust-dynamodb'),
      load: run.plan.load,
    }));
    objects.set(assignmentsKey(runId, 1, 'rust-dynamodb', 0), JSON.stringify(assignments));
    const report = await reportOf(objects);
    const rust = rustIn(report);
    expect(rust?.rounds[0]?.workers).toEqual({ planned: 2, finished: 1, died: [], missing: [1] });
    expect(rust?.state).toBe('incomplete');
  });

  it('tells of what a worker died, with samples and without', async () => {
    const cut = cutShort(run.parts.filter((part) => isOf('rust-dynamodb', 1, part)));
    const rest = run.parts.filter(
      (part) => !isOf('rust-dynamodb', 1, part) && !isOf('rust-dynamodb', 2, part),
    );
    const objects = filled([...rest, ...cut]);
    const killed = {
      Error: 'Runtime.ExitError',
      Cause: '{"errorMessage":"RequestId: 1-2 Error: Runtime exited with error: signal: killed"}',
    };
    for (const round of [1, 2])
      objects.set(`runs/${runId}/cells/${round}/rust-dynamodb/0/1-0-died.json`, JSON.stringify(killed));
    objects.set(`runs/${runId}/cells/3/rust-dynamodb/0/1-0-died.json`, '{torn');
    const report = await reportOf(objects);
    const rust = rustIn(report);
    expect(rust?.rounds[0]?.workers.died).toMatchObject([
      { worker: 0, cause: expect.stringMatching(/^Runtime\.ExitError: .*signal: killed$/) },
    ]);
    expect(rust?.remarks).toContainEqual(
      expect.stringMatching(
        /^round 1: invalid: worker 0 stopped before the end \(Runtime\.ExitError: Runtime exited with error: signal: killed\), last/,
      ),
    );
    expect(report.remarks).toEqual([
      expect.stringMatching(/died\.json is not .* and was left out$/),
      expect.stringMatching(/^rust-dynamodb, round 2: worker 0 left no samples \(Runtime\.ExitError: /),
    ]);
  });

  it('keeps a worker that died as one that died when a later attempt was planned and left nothing', async () => {
    const alive = run.parts.filter((part) => isOf('rust-dynamodb', 1, part));
    const objects = filled([...run.parts.filter((part) => !alive.includes(part)), ...cutShort(alive)]);
    const later = [{ round: 1, cellId: 'rust-dynamodb', segment: 0, attempt: 2, worker: 0 }];
    objects.set(assignmentsKey(runId, 1, 'rust-dynamodb', 0), JSON.stringify(later));
    const report = await reportOf(objects);
    const rust = rustIn(report);
    expect(rust?.rounds[0]?.workers).toEqual({
      planned: 1,
      finished: 0,
      died: [{ worker: 0, lastHeardAt: expect.any(String) }],
      missing: [],
    });
    expect(rust?.state).toBe('incomplete');
  });

  it('is gathered from plan and samples alone, of a run whose command was killed, and says what is missing', async () => {
    const objects = filled(run.parts.filter(({ round, part }) => round === 1 || (round === 2 && part === 0)));
    objects.delete(verifyKey(runId));
    const before = [...objects.keys()];
    const error = { Error: 'RunCutShort', Cause: 'the command ended before the run did' };
    const { report } = await gatherReport(depsOf(objects), { runId, error });
    expect([...objects.keys()]).toEqual(before);
    expect(report.outcome).toMatchObject({ ok: false, cause: 'the command ended before the run did' });
    expect(report.remarks).toEqual([expect.stringMatching(/^the results of verification are missing/)]);
    const rust = rustIn(report);
    expect(rust?.state).toBe('incomplete');
    expect(rust?.requests).toMatchObject({ planned: 150, ok: 70 });
    expect(rust?.remarks).toEqual([
      'samples of 2 of 3 rounds, none of round 3',
      expect.stringMatching(
        /^round 2: invalid: worker 0 stopped before the end.*last heard of at \d\d:\d\d:\d\d UTC/,
      ),
    ]);
    expect(report.targets.find(({ id }) => id === 'lossy')?.remarks).toEqual(['it was not verified']);
  });

  it('leaves out an object that is not JSON, and a cell whose histogram is damaged, and says so', async () => {
    const objects = filled();
    const [torn, damaged] = [run.parts[1]!, run.parts.find((part) => isOf('rust-dynamodb', 2, part))!];
    objects.set(partKey(torn), '{"schema":"latency-lab.pa');
    const histograms = { ...damaged.histograms, response: { cold: 'AAAA', warm: 'AAAA' } };
    objects.set(partKey(damaged), JSON.stringify({ ...damaged, histograms }));
    const report = await reportOf(objects);
    expect(report.remarks).toEqual([
      `${partKey(torn)} is not JSON and was left out`,
      expect.stringMatching(/^the samples of 2\/rust-dynamodb cannot be read: /),
    ]);
    expect(rustIn(report)?.rounds.map((r) => r.round)).toEqual([1, 3]);
  });

  it('leaves out an object of another version or with a field that it does not know, by name', async () => {
    const objects = filled();
    const [later, odd] = [run.parts[1]!, run.parts[2]!];
    objects.set(partKey(later), JSON.stringify({ ...later, schema: 'latency-lab.part.v9' }));
    objects.set(partKey(odd), JSON.stringify({ ...odd, colour: 'red' }));
    const report = await reportOf(objects);
    expect(report.remarks).toEqual([
      `left out: ${partKey(later)}.schema: given "latency-lab.part.v9"; allowed: latency-lab.part.v1`,
      expect.stringContaining(`left out: ${partKey(odd)}.colour: given "red"; allowed: the fields schema, `),
    ]);
  });

  it('reads hundreds of parts with a bounded number under way', async () => {
    const [part] = run.parts.filter((p) => p.cellId === 'null' && p.final);
    const many = Array.from({ length: 400 }, (_, i) => ({
      ...part!,
      part: i,
      worker: i % 200,
      workers: 200,
    }));
    const store = memoryObjectStore(filled(many));
    let underWay = 0;
    let most = 0;
    const get = async (key: string): Promise<string | undefined> => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
      return store.get(key);
    };
    const { report } = await makeReport({ ...depsOf(new Map()), store: { ...store, get } }, { runId });
    expect(most).toBeLessThanOrEqual(16);
    expect(report.targets[0]?.rounds[0]?.workers.finished).toBe(200);
  });

  it('says what is missing when there is no plan, or no run', async () => {
    const deps = depsOf(new Map());
    await expect(makeReport(deps, { runId: 'gone' })).rejects.toThrow(/runId: given "gone".*plan\.json/);
    await expect(makeReport(deps, {})).rejects.toThrow(/runId: .*Plan failed before it made one/);
  });

  it('reports with a torn verify.json, and says so', async () => {
    const report = await reportOf(filled().set(verifyKey(runId), '[{"targ'));
    expect(report.remarks).toEqual([`${verifyKey(runId)} is not JSON and was left out`]);
    expect(report.targets[1]?.response.warm?.n).toBeGreaterThan(100);
  });

  it('reports without verify.json that nothing was verified', async () => {
    const objects = new Map([[planKey(runId), JSON.stringify(run.plan)]]);
    const { report, output } = await makeReport(depsOf(objects), { runId });
    expect(output.measured).toEqual([]);
    expect(report.rankings[0]?.unranked[0]?.reason).toBe('it was not verified');
  });

  it('reads the trials of forced cold starts, and says which could not be read and why they ended early', async () => {
    const copy = {
      functionArn: 'arn:aws:lambda:eu-west-2:123456789012:function:x',
      url: 'http://127.0.0.1/',
      logGroup: 'x',
    };
    const coldStarts = { perTarget: 2, bursts: 0, burstSize: 4 };
    const targets = run.plan.targets.map((target) =>
      target.id === 'rust-dynamodb' ? { ...target, memoryMb: 512, copy } : target,
    );
    const plan = { ...run.plan, targets, coldStarts };
    const objects = filled().set(planKey(runId), JSON.stringify(plan));
    const place = {
      runId,
      purpose: 'cold-starts',
      targetId: 'rust-dynamodb',
      memoryMb: 512,
      simultaneous: 1,
    };
    const request = { ms: 12.5, cold: true, warm: false };
    const made = { schema: 'latency-lab.trial.v1', ...place, round: 1, warm: 0, force: true };
    objects.set(
      trialKey({ ...place, round: 1 }),
      JSON.stringify({ ...made, startedAt: run.plan.createdAt, changeMs: 1, requests: [request] }),
    );
    objects.set(trialKey({ ...place, round: 2 }), '{"schema":');
    objects.set(trialListKey(runId, 'cold-starts'), '[]');
    const coldStartsError = { Error: 'States.ItemReaderFailed', Cause: 'no such key' };
    const { report } = await makeReport(depsOf(objects), { runId, coldStartsError });
    expect(rustIn(report)?.coldStarts).toMatchObject({
      groups: [{ kind: 'alone', planned: 2, failed: 1, summary: { n: 1, medianMs: 12.5 } }],
      remarks: ['1 trial of 2: it left nothing'],
    });
    expect(report.remarks).toEqual([
      'forcing cold starts ended early: States.ItemReaderFailed: no such key',
      `${trialKey({ ...place, round: 2 })} is not JSON and was left out`,
    ]);
  });
});
