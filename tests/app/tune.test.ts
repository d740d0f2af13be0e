import { tune } from '../../src/app/tune.ts';
import { lambdaDollarsPerMillion, pricesOf } from '../../src/core/cost/prices.ts';
import { planKey, trialKey, tuningKey } from '../../src/core/keys.ts';
import { read } from '../../src/core/schema/fields.ts';
import type { TuneInput } from '../../src/core/schema/tune.ts';
import { tuningRequest, type StoredTuning } from '../../src/core/schema/tuning.ts';
import { memoryObjectStore } from '../support/memory.ts';
import { planOf, targetOf } from './run.ts';

const tunerArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:tuner';
const lambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:copy';
const output = {
  ...{ power: 256, cost: 1e-9, duration: 20 },
  stats: [
    { value: 256, averageDuration: 20.2, averagePrice: 1e-9 },
    { value: 512, averageDuration: 10.1, averagePrice: 2e-9 },
  ],
};

const setUp = (settings: object = {}) => {
  const objects = new Map<string, string>();
  const tuning = read(tuningRequest, { strategy: 'speed', confirmRounds: 2, ...settings }, 'tuning');
  const target = { ...targetOf('a'), memoryMb: 256, cpuArchitecture: 'arm64' as const };
  objects.set(planKey('run-1'), JSON.stringify(planOf({ tuning, tunerArn, targets: [target] })));
  const given = (more: Partial<TuneInput> = {}): TuneInput => ({
    ...{ runId: 'run-1', targetId: 'a', tunerArn, tuned: false },
    input: { lambdaARN, num: 5, powerValues: [256, 512, 1024] },
    ...more,
  });
  const run = (more: Partial<TuneInput> = {}) => tune({ store: memoryObjectStore(objects) }, given(more));
  const written = () => JSON.parse(objects.get(tuningKey('run-1', 'a')) ?? '{}') as StoredTuning;
  return { objects, run, written };
};

describe('tune', () => {
  it("keeps what the tuner measured, priced by the lab's own prices, and says what confirms the winner", async () => {
    const { run, written } = setUp();
    const { trials } = await run({ ended: { output } });
    expect(trials.map(({ memoryMb, round }) => [round, memoryMb])).toEqual([
      [1, 256],
      [1, 512],
      [2, 512],
      [2, 256],
    ]);
    const dollars = (memoryMb: number, billedMs: number) =>
      lambdaDollarsPerMillion({ memoryMb, billedMs, cpuArchitecture: 'arm64' }, pricesOf('us-east-1'));
    expect(written()).toMatchObject({
      ...{ tunerArn, deployedMb: 256, output, missing: [1024], winner: { memoryMb: 512, by: 'speed' } },
      sizes: [
        { memoryMb: 256, averageMs: 20.2, dollarsPerMillion: dollars(256, 21) },
        { memoryMb: 512, averageMs: 10.1, dollarsPerMillion: dollars(512, 11) },
      ],
      visualization: expect.stringContaining('https://lambda-power-tuning.show/#'),
    });
    expect(written()).not.toHaveProperty('failure');
  });

  it('keeps why there is no result, and has nothing to confirm', async () => {
    for (const [more, said] of [
      [{ ended: { output: {} } }, 'empty result'],
      [{ error: { Error: 'States.Timeout' } }, 'States.Timeout'],
    ] as const) {
      const { run, written } = setUp();
      expect(await run(more)).toEqual({ trials: [] });
      expect(written()).toMatchObject({ failure: expect.stringContaining(said), sizes: [] });
    }
  });

  it('of a run that is taken up again, judges nothing twice and leaves out what was tried', async () => {
    const { objects, run, written } = setUp();
    const [first] = (await run({ ended: { output } })).trials;
    const before = written();
    const made = { schema: 'latency-lab.trial.v1', ...first, startedAt: '2026-01-01T00:00:00.000Z' };
    objects.set(trialKey(first!), JSON.stringify({ ...made, changeMs: 1, requests: [] }));
    const { trials } = await run({ tuned: true });
    expect(trials).toHaveLength(3);
    expect(written()).toEqual(before);
  });

  it('refuses a target that is not of the run', async () => {
    await expect(setUp().run({ targetId: 'b' })).rejects.toThrow('targetId: given "b"');
  });
});
