import { collect } from '../../src/app/collect.ts';
import { logsKey, partKey, planKey, trialKey, verifyKey } from '../../src/core/keys.ts';
import { read } from '../../src/core/schema/fields.ts';
import { targetLogs } from '../../src/core/schema/logs.ts';
import { Recorder } from '../../src/core/load/recorder.ts';
import type { SamplePart } from '../../src/core/schema/part.ts';
import type { Plan } from '../../src/core/schema/plan.ts';
import { evaluate } from '../../src/local/insights/evaluate.ts';
import type { StoredEvent } from '../../src/local/insights/events.ts';
import { parseQuery } from '../../src/local/insights/parse.ts';
import type { LogQueries, LogQuery } from '../../src/ports/index.ts';
import { invocations, requestIdOf } from '../local/insights/lines.ts';
import { memoryObjectStore } from '../support/memory.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { newYear, planOf, targetOf } from './run.ts';

const logged = targetOf('a', { logGroup: '/a' });

/** Requests 1 to `n`, each answered after its number times 20 ms; the first is cold. */
const partOf = (n: number): SamplePart => {
  const recorder = new Recorder(0, 1e6);
  for (let i = 1; i <= n; i++) {
    const times = { plannedMs: i * 1000, sentMs: i * 1000, endMs: i * 1020, warmup: false };
    const wanted = recorder.wantsId(i === 1, false);
    recorder.add(times, { cold: i === 1 }, wanted ? requestIdOf(i) : undefined);
  }
  const place = { runId: 'run-1', round: 1, cellId: 'a', worker: 0, attempt: 1, segment: 0, part: 0 };
  const whole = { schema: 'latency-lab.part.v1' as const, workers: 1, final: true };
  return { ...whole, ...place, epoch: new Date(newYear).toISOString(), ...recorder.take() };
};

const setUp = (
  plan: Partial<Plan>,
  part: SamplePart,
  answer: (query: LogQuery) => readonly StoredEvent[],
) => {
  const objects = new Map([
    [planKey('run-1'), JSON.stringify(planOf({ logs: true, targets: [logged], ...plan }))],
    [verifyKey('run-1'), JSON.stringify([{ targetId: 'a', ok: true, sent: 0, acknowledged: 0 }])],
    [partKey(part), JSON.stringify(part)],
  ]);
  const clock = new VirtualClock(newYear + 60_000);
  const asked: LogQuery[] = [];
  const queries: LogQueries = {
    // eslint-disable-next-line @typescript-eslint/require-await -- what cannot be read has to reject
    run: async (query) => {
      asked.push(query);
      const { results, statistics } = evaluate(parseQuery(query.text), answer(query));
      const rows = results.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
      return { rows, scannedBytes: statistics.bytesScanned };
    },
  };
  const deps = { store: memoryObjectStore(objects), clock, queries };
  return {
    ...{ objects, clock, asked },
    collect: () => clock.run(collect(deps, { runId: 'run-1' })),
    logs: () => read(targetLogs, JSON.parse(objects.get(logsKey('run-1', 'a'))!), 'logs'),
  };
};

describe('collect', () => {
  it('finds a line for each request, and joins some of both', async () => {
    const { collect: run, logs, asked, clock } = setUp({}, partOf(10), () => invocations(10));
    expect(await run()).toEqual({ targets: ['a'] });
    const { live, requests, remarks } = logs();
    expect(live).toMatchObject({ requests: 10, expected: 10, sent: 10, missingShare: 0, coldStarts: 1 });
    expect(remarks).toEqual([]);
    expect(requests.find(({ cold }) => cold)).toMatchObject({ clientMs: 20, durationMs: 10, initMs: 120 });
    expect(requests.filter(({ cold }) => !cold).length).toBeGreaterThan(3);
    expect(new Set(asked.map(({ logGroup }) => logGroup))).toEqual(new Set(['/a']));
    expect(asked[0]).toMatchObject({ fromMs: newYear, toMs: clock.wallTime() + 60_000 });
  });

  it('waits for lines that come late', async () => {
    let looks = 0;
    const {
      collect: run,
      logs,
      clock,
    } = setUp({}, partOf(10), ({ text }) =>
      text.includes('memoryGiven') && ++looks < 4 ? invocations(2 * looks) : invocations(10),
    );
    await run();
    expect(looks).toBe(4);
    expect(clock.now()).toBe(15_000);
    expect(logs().live).toMatchObject({ requests: 10, missingShare: 0 });
  });

  it('gives up after two minutes and says how much is missing', async () => {
    const { collect: run, logs, clock } = setUp({}, partOf(10), () => invocations(7));
    await run();
    expect(clock.now()).toBeLessThanOrEqual(120_000);
    expect(clock.now()).toBeGreaterThan(110_000);
    expect(logs().live).toMatchObject({ requests: 7, expected: 10, missingShare: 0.3 });
  });

  it('says so when others invoked the function as well', async () => {
    const { collect: run, logs } = setUp({}, partOf(10), () => invocations(12));
    await run();
    expect(logs().live).toMatchObject({ requests: 12, missingShare: 0 });
    expect(logs().remarks).toEqual([expect.stringContaining('12 REPORT lines, 2 more than')]);
  });

  it('leaves a remark where a log group cannot be read, and reads the others', async () => {
    const targets = [logged, targetOf('b', { logGroup: '/b' }), targetOf('c')];
    const {
      collect: run,
      logs,
      objects,
    } = setUp({ targets }, partOf(3), ({ logGroup }) => {
      if (logGroup === '/a') throw new Error('not authorized to perform: logs:StartQuery');
      return [];
    });
    expect(await run()).toEqual({ targets: ['a', 'b'] });
    expect(logs()).toMatchObject({
      requests: [],
      remarks: ['the log group /a could not be read: not authorized to perform: logs:StartQuery'],
    });
    expect(logs()).not.toHaveProperty('live');
    expect(JSON.parse(objects.get(logsKey('run-1', 'b'))!)).toMatchObject({ live: { requests: 0 } });
  });

  it('counts what verification sent, and reads parts that cannot be read for a remark', async () => {
    const { collect: run, logs, objects } = setUp({}, partOf(3), () => invocations(53));
    objects.set(
      verifyKey('run-1'),
      JSON.stringify([{ targetId: 'a', ok: true, sent: 50, acknowledged: 50 }]),
    );
    objects.set(partKey({ ...partOf(1), part: 1 }), '{');
    await run();
    expect(logs().live).toMatchObject({ requests: 53, expected: 53, sent: 53 });
    expect(logs().remarks).toEqual([expect.stringContaining('is not JSON')]);
  });

  it('reads a copy’s log group too, and joins the requests of trials', async () => {
    const copy = {
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:copy',
      url: 'http://127.0.0.1/',
    };
    const targets = [{ ...logged, copy: { ...copy, logGroup: '/copy' } }];
    const {
      collect: run,
      logs,
      objects,
    } = setUp({ targets }, partOf(3), ({ logGroup }) => invocations(logGroup === '/copy' ? 2 : 3));
    const place = { runId: 'run-1', purpose: 'cold-starts', targetId: 'a' } as const;
    const input = { ...place, memoryMb: 512, round: 1, simultaneous: 1, warm: 2, force: true };
    const requests = [
      { ms: 250, cold: true, warm: false, requestId: requestIdOf(1) },
      { ms: 12, cold: false, warm: true, requestId: requestIdOf(2) },
      { ms: 9, cold: false, warm: true, requestId: requestIdOf(3), fault: 'answered 500' },
    ];
    const stored = { schema: 'latency-lab.trial.v1', ...input, startedAt: new Date(newYear).toISOString() };
    objects.set(trialKey(input), JSON.stringify({ ...stored, changeMs: 3, requests }));
    await run();
    expect(logs().copy).toMatchObject({ requests: 2, expected: 2, sent: 3, missingShare: 0 });
    expect(logs().copy).not.toHaveProperty('durationMs');
    const ofCopy = logs().requests.filter(({ source }) => source === 'copy');
    expect(ofCopy.map(({ clientMs, initMs }) => ({ clientMs, initMs }))).toEqual([
      { clientMs: 12, initMs: undefined },
      { clientMs: 250, initMs: 120 },
    ]);
    expect(logs().live).toMatchObject({ requests: 3, expected: 3 });
  });

  it('does nothing where the run was not to read logs', async () => {
    const { collect: run, asked, objects } = setUp({ logs: false }, partOf(3), () => []);
    expect(await run()).toEqual({ targets: [] });
    expect(asked).toEqual([]);
    expect([...objects.keys()].filter((key) => key.includes('/logs/'))).toEqual([]);
  });
});
