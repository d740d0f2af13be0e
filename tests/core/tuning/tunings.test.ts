import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from '../../../src/core/schema/fields.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { tunerInput, tuningRequest, type StoredTuning } from '../../../src/core/schema/tuning.ts';
import { confirmingTrials, tuningsOf } from '../../../src/core/tuning/tunings.ts';

const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:copy';
const target = (more: Partial<Target> = {}): Target => ({
  ...{ version: 1, id: 'a', kind: 'sync-counter', url: 'https://live.example.com/hits' },
  copy: { functionArn, url: 'https://copy.example.com/hits', logGroup: 'copy' },
  ...more,
});
const tuning = (more: object = {}) => read(tuningRequest, more, 'tuning');

describe('tuningsOf', () => {
  it('tells a tuner what the execution asks for, in the form that it takes', () => {
    const [made] = tuningsOf({
      targets: [target({ memoryMb: 512 })],
      tuning: tuning({ num: 7, strategy: 'cost' }),
    });
    expect(made?.targetId).toBe('a');
    expect(read(tunerInput, made?.input, 'input')).toMatchObject({
      ...{
        lambdaARN: functionArn,
        num: 7,
        strategy: 'cost',
        balancedWeight: 0.5,
        includeOutputResults: true,
      },
      powerValues: [128, 256, 512, 1024, 1769, 3008],
    });
  });

  it('adds the deployed size to the curve', () => {
    const sizes = (memoryMb?: number) =>
      tuningsOf({
        targets: [target(memoryMb === undefined ? {} : { memoryMb })],
        tuning: tuning({ powerValues: [1024, 256] }),
      })[0]?.input.powerValues;
    expect(sizes(700)).toEqual([256, 700, 1024]);
    expect(sizes()).toEqual([128, 256, 1024]);
  });

  it('leaves out the null target, those without a copy, and all of them where nothing is asked for', () => {
    const targets = [target({ id: 'n', kind: 'null' }), target()];
    const { copy, ...without } = target({ id: 'w' });
    expect(copy).toBeDefined();
    expect(
      tuningsOf({ targets: [...targets, without], tuning: tuning() }).map(({ targetId }) => targetId),
    ).toEqual(['a']);
    expect(tuningsOf({ targets, tuning: false })).toEqual([]);
    expect(tuningsOf({ targets })).toEqual([]);
  });

  it("sends what the copy's own HTTP API would send", () => {
    const vector = JSON.parse(
      readFileSync(join(__dirname, '../../../events/contract/get-hits.json'), 'utf8'),
    ) as { event: { requestContext: object } };
    const [made] = tuningsOf({ targets: [target()], tuning: tuning() });
    const payload = made?.input.payload as typeof vector.event;
    const { requestContext, ...rest } = vector.event;
    const { requestContext: own, ...others } = payload;
    expect(Object.keys(others)).toEqual(Object.keys(rest));
    expect(Object.keys(own)).toEqual(Object.keys(requestContext));
    expect(payload).toMatchObject({
      rawPath: '/hits',
      requestContext: { http: { method: 'GET', path: '/hits' } },
    });
  });
});

const stored = (more: Partial<StoredTuning> = {}): StoredTuning => ({
  ...{ schema: 'latency-lab.tuning.v1', targetId: 'a', tunerArn: 't', deployedMb: 512, input: {} },
  ...{ sizes: [], missing: [], winner: { memoryMb: 256, by: 'cost' } },
  ...more,
});

describe('confirmingTrials', () => {
  const of = (given: StoredTuning, more: object = {}) =>
    confirmingTrials(
      { runId: 'r', tuning: tuning({ confirmRounds: 2, confirmRequests: 9, ...more }) },
      given,
    );

  it('measures deployed size and winner in turn, each first in every other round', () => {
    const common = { runId: 'r', targetId: 'a', purpose: 'confirm', simultaneous: 1, warm: 9, force: true };
    expect(of(stored())).toEqual([
      { ...common, memoryMb: 512, round: 1 },
      { ...common, memoryMb: 256, round: 1 },
      { ...common, memoryMb: 256, round: 2 },
      { ...common, memoryMb: 512, round: 2 },
    ]);
  });

  it('has nothing to confirm where the deployed size wins, none does, or no round is asked for', () => {
    expect(of(stored({ winner: { memoryMb: 512, by: 'cost' } }))).toEqual([]);
    const { winner, ...without } = stored();
    expect([winner, of(without)]).toEqual([{ memoryMb: 256, by: 'cost' }, []]);
    expect(of(stored(), { confirmRounds: 0 })).toEqual([]);
  });
});
