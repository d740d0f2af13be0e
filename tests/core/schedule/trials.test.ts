import { forcedTrials, idleTrials, requireTrials } from '../../../src/core/schedule/trials.ts';
import { planOf, targetOf } from '../../app/run.ts';

const withCopy = (id: string, memoryMb = 512) => {
  const functionArn = `arn:aws:lambda:eu-west-2:123456789012:function:${id}`;
  return targetOf(id, { memoryMb, copy: { functionArn, url: 'http://127.0.0.1/', logGroup: id } });
};
const targets = [withCopy('a'), withCopy('b', 1024), targetOf('url')];
const settings = { perTarget: 3, bursts: 1, burstSize: 4 };
const plan = (change: object = {}) => planOf({ targets, coldStarts: { ...settings, ...change } });

describe('forcedTrials', () => {
  it('goes round by round, each target with a copy once alone, then in a burst', () => {
    const made = forcedTrials(plan());
    expect(made.map(({ round, simultaneous }) => `${round}x${simultaneous}`)).toEqual(
      ['1x1', '1x4', '2x1', '3x1'].flatMap((one) => [one, one]),
    );
    for (const pair of [0, 2, 4, 6])
      expect(
        made
          .slice(pair, pair + 2)
          .map(({ targetId }) => targetId)
          .sort(),
      ).toEqual(['a', 'b']);
    expect(made.find(({ targetId }) => targetId === 'b')).toEqual({
      ...{ runId: 'run-1', targetId: 'b', purpose: 'cold-starts', memoryMb: 1024 },
      ...{ round: 1, simultaneous: 1, warm: 0, force: true },
    });
  });

  it('shuffles each round, the same way for the same seed', () => {
    const order = (seed: number) =>
      forcedTrials({ ...plan({ perTarget: 20 }), seed })
        .map(({ targetId }) => targetId)
        .join('');
    expect(order(1)).toBe(order(1));
    expect(order(1)).not.toBe(order(2));
    expect(order(1)).toMatch(/ab.*ba|ba.*ab/);
  });

  it('takes every size that is asked for, and makes bursts without any alone', () => {
    const made = forcedTrials(plan({ perTarget: 0, bursts: 2, memoriesMb: [128, 256] }));
    expect(
      new Set(made.map(({ targetId, memoryMb, round }) => `${targetId} ${memoryMb} ${round}`)).size,
    ).toBe(8);
    expect(made).toHaveLength(8);
  });

  it('makes none where they are off, or the plan is of an earlier release', () => {
    expect(forcedTrials(planOf({ targets, coldStarts: false }))).toEqual([]);
    expect(forcedTrials(planOf({ targets }))).toEqual([]);
  });
});

describe('idleTrials', () => {
  it('calls each copy once, as the last forced trial left it', () => {
    expect(idleTrials(plan())).toEqual([]);
    const asked = plan({ idleMinutes: 30, memoriesMb: [128, 256] });
    const made = idleTrials(asked);
    expect(made.map(({ targetId, simultaneous, force }) => [targetId, simultaneous, force])).toEqual([
      ['a', 1, false],
      ['b', 1, false],
    ]);
    for (const { targetId, memoryMb } of made)
      expect(memoryMb).toBe(forcedTrials(asked).findLast((one) => one.targetId === targetId)!.memoryMb);
  });
});

describe('requireTrials', () => {
  it('refuses more than 1,000 trials and says what makes them', () => {
    const sizes = (count: number) => Array.from({ length: count }, (_, i) => 128 + i);
    expect(() => {
      requireTrials(plan({ perTarget: 100, bursts: 0, memoriesMb: sizes(5) }));
    }).not.toThrow();
    expect(() => {
      requireTrials(plan({ perTarget: 100, bursts: 1, memoriesMb: sizes(5) }));
    }).toThrow(
      'coldStarts: given "1010 trials (targets x memory sizes x (perTarget + bursts))"; allowed: at most 1000',
    );
  });
});
