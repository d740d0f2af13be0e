import { memoryObjectStore } from '../support/memory.ts';
import { tryOnce } from '../../src/app/trial.ts';
import { planKey, trialKey } from '../../src/core/keys.ts';
import { trial, type TrialInput } from '../../src/core/schema/trial.ts';
import { readJson } from '../../src/core/schema/fields.ts';
import type { Exchange, FunctionSettings } from '../../src/ports/index.ts';
import { newYear, planOf, targetOf } from './run.ts';

const copy = {
  functionArn: 'arn:aws:lambda:eu-west-2:123456789012:function:aTuning',
  url: 'http://127.0.0.1/copy/hits',
  logGroup: 'a-tuning',
};
const input: TrialInput = {
  ...{ runId: 'run-1', targetId: 'a', purpose: 'cold-starts', memoryMb: 512, round: 2 },
  ...{ simultaneous: 1, warm: 0, force: true },
};
const answer = (cold: boolean, status = 200): Exchange['result'] => ({
  status,
  headers: new Map([
    ['x-cold', cold ? '1' : '0'],
    ['x-request-id', 'r-1'],
  ]),
  body: '{"hits": 3}',
});

/** A function that is cold once after each change, over a clock that each request moves by its time. */
const setUp = (change: Partial<FunctionSettings> = {}, requestMs = 10) => {
  const objects = new Map([
    [planKey('run-1'), JSON.stringify(planOf({ targets: [targetOf('a', { copy }), targetOf('b')] }))],
  ]);
  const [sentTo, changed]: [unknown[], [string, number][]] = [[], []];
  let [nowMs, open, cold] = [0, 0, false];
  const settings: FunctionSettings = {
    memoryOf: () => Promise.resolve(512),
    renew: (arn, memoryMb) => {
      changed.push([arn, memoryMb]);
      nowMs += 250;
      cold = true;
      return Promise.resolve();
    },
    ...change,
  };
  const connectionOpener: Parameters<typeof tryOnce>[0]['connectionOpener'] = (target) => {
    sentTo.push([target.url, target.functionArn]);
    return () => {
      let isNew = true;
      open++;
      return {
        send: () => {
          const sentMs = nowMs;
          nowMs += requestMs;
          const opening = isNew ? { opening: { dnsMs: 1, tcpMs: 2.25, tlsMs: 0 } } : {};
          const result = answer(cold);
          [isNew, cold] = [false, false];
          return Promise.resolve({ sentMs, endMs: nowMs, ...opening, result });
        },
        close: () => open--,
      };
    };
  };
  const clock = { now: () => nowMs, wallTime: () => newYear };
  const run = async (asked: Partial<TrialInput> = {}) => {
    const whole = { ...input, ...asked };
    const output = await tryOnce(
      { store: memoryObjectStore(objects), clock, settings, connectionOpener },
      whole,
    );
    expect(output.key).toBe(trialKey(whole));
    return readJson(trial, objects.get(output.key) ?? '', output.key);
  };
  return { run, sentTo, changed, connections: () => open };
};

describe('tryOnce', () => {
  it('changes the copy, sends to its URL, and keeps sending and opening apart', async () => {
    const { run, sentTo, changed, connections } = setUp();
    expect(await run()).toEqual({
      schema: 'latency-lab.trial.v1',
      ...input,
      startedAt: '2026-01-01T00:00:00.000Z',
      changeMs: 250,
      requests: [{ ms: 10, openingMs: 3.25, cold: true, warm: false, requestId: 'r-1' }],
    });
    expect(changed).toEqual([[copy.functionArn, 512]]);
    expect(sentTo).toEqual([[copy.url, copy.functionArn]]);
    expect(connections()).toBe(0);
  });

  it('sends the first ones over a connection each, and the warm ones after each other over the first', async () => {
    const { requests } = await setUp().run({ simultaneous: 3, warm: 2 });
    expect(requests.map(({ warm }) => warm)).toEqual([false, false, false, true, true]);
    expect(requests.map(({ openingMs }) => openingMs)).toEqual([3.25, 3.25, 3.25, undefined, undefined]);
  });

  it('ends before the time of its function does, and says how far it came', async () => {
    const { requests, reason } = await setUp({}, 50_000).run({ warm: 10 });
    expect(requests).toHaveLength(4);
    expect(reason).toBe('time was up after 3 of 10 warm requests');
  });

  it('leaves the copy as it is for an idle one, unless it has another size by now', async () => {
    const { run, changed } = setUp();
    const idle = { purpose: 'idle', force: false } as const;
    expect(await run(idle)).toMatchObject({ changeMs: 0, requests: [{ ms: 10 }] });
    expect(await run({ ...idle, memoryMb: 1024 })).toMatchObject({
      requests: [],
      reason: 'the copy has 512 MB by now, not 1024',
    });
    expect(changed).toEqual([]);
  });

  it('writes down why a copy could not be changed', async () => {
    const renew = () => Promise.reject(new Error('not authorised'));
    expect(await setUp({ renew }).run()).toMatchObject({ requests: [], reason: 'not authorised' });
  });

  it('refuses a target without a copy, and names those with one', async () => {
    await expect(setUp().run({ targetId: 'b' })).rejects.toThrow(
      'targetId: given "b"; allowed: a target of the run that has a copy: a',
    );
  });
});
