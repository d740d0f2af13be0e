import { judgeAnswer } from '../../../src/core/tuning/judge.ts';

const asked = [512, 128, 1024];
/** A billed millisecond of a megabyte costs a dollar by the million. */
const dollars = ({ memoryMb, billedMs }: { memoryMb: number; billedMs: number }): number =>
  memoryMb * billedMs;

const stat = (value: number, averageDuration: number, averagePrice = 1e-9) => ({
  ...{ value, averageDuration, averagePrice },
});
const output = (more: object = {}) => ({
  ...{ power: 128, cost: 2e-9, duration: 4.1 },
  stateMachine: { executionCost: 0.0006, lambdaCost: 0.0005, visualization: 'https://example.com/#x' },
  stats: [stat(128, 4.1), stat(512, 2, 5e-9), stat(1024, 1.01)],
  ...more,
});

const judge = (given: unknown) => judgeAnswer(asked, { output: given }, dollars);

describe('judgeAnswer', () => {
  it("takes milliseconds from the tuner and dollars from the lab's own prices, begun milliseconds billed", () => {
    expect(judge(output())).toEqual({
      sizes: [
        { memoryMb: 128, averageMs: 4.1, dollarsPerMillion: 128 * 5, reported: { price: 1e-9 } },
        { memoryMb: 512, averageMs: 2, dollarsPerMillion: 512 * 2, reported: { price: 5e-9 } },
        { memoryMb: 1024, averageMs: 1.01, dollarsPerMillion: 1024 * 2, reported: { price: 1e-9 } },
      ],
      missing: [],
    });
  });

  it('takes the result inside a wrapper, and as a text', () => {
    expect(judge({ results: output() })).toEqual(judge(output()));
    expect(judge(JSON.stringify(output()))).toEqual(judge(output()));
  });

  it('says which sizes are missing, those without any readable invocation among them', () => {
    const { sizes, missing } = judge(output({ stats: [stat(512, 2), stat(1024, 0), stat(3008, 1)] }));
    expect(sizes.map(({ memoryMb }) => memoryMb)).toEqual([512]);
    expect(missing).toEqual([128, 1024]);
  });

  it.each([
    ['an empty success', {}, 'empty result'],
    ['an empty wrapper', { results: {} }, 'empty result'],
    ['nothing', undefined, 'it answered nothing'],
    ['null', null, 'it answered null'],
    ['a text', 'fine', 'it answered "fine"'],
    ['no power', { ...output(), power: undefined }, 'its output.power: given nothing'],
    ['a size that Lambda does not have', output({ power: 64 }), 'its output.power: given 64'],
    ['no statistics', output({ stats: undefined }), '"stats"'],
    ['statistics of other sizes', output({ stats: [stat(2048, 1)] }), '"stats"'],
    [
      'a duration that is none',
      output({ stats: [stat(128, -1)] }),
      'its output.stats[0].averageDuration: given -1',
    ],
  ])('says why there is no result: %s', (_, given, said) => {
    expect(judge(given)).toEqual({
      failure: expect.stringContaining(said),
      sizes: [],
      missing: [128, 512, 1024],
    });
  });

  it.each([
    [{ Error: 'States.Timeout' }, 'it failed with States.Timeout'],
    [
      { Error: 'InputError', Cause: '{"errorMessage":"num: given 3"}' },
      'it failed with InputError: num: given 3',
    ],
    [
      {
        Error: 'States.TaskFailed',
        Cause: JSON.stringify({
          ...{ ExecutionArn: 'arn', Status: 'FAILED', Error: 'TunerError' },
          Cause: '{"errorType":"TunerError","errorMessage":"no size"}',
        }),
      },
      'it failed with TunerError: no size',
    ],
    [
      { Error: 'States.TaskFailed', Cause: '{"ExecutionArn":"arn","Status":"ABORTED"}' },
      'it failed with States.TaskFailed: its execution ended as ABORTED',
    ],
  ])('tells the innermost error of %j', (error, failure) => {
    expect(judgeAnswer(asked, { error }, dollars)).toEqual({ failure, sizes: [], missing: [128, 512, 1024] });
  });
});
