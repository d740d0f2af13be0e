import { finishTuning, checkFunction, measureSize, type TunerDeps } from '../../src/app/tuner.ts';
import type { TunerInput } from '../../src/core/schema/tuning.ts';
import type { FunctionReply, FunctionSize } from '../../src/ports/index.ts';
import { messageOf } from '../../src/core/errors.ts';

const lambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const input = (more: Partial<TunerInput> = {}): TunerInput => ({
  ...{ lambdaARN, num: 5, powerValues: [256, 512], payload: { n: 1 }, includeOutputResults: true },
  ...more,
});
const report = (ms: number, billedMs: number): string =>
  `START\nREPORT RequestId: r\tDuration: ${ms} ms\tBilled Duration: ${billedMs} ms\tMemory Size: 1 MB\n`;
const replied = (more: Partial<FunctionReply> = {}): FunctionReply => ({
  ...{ requestId: 'r', payload: '{}', throttled: false, logTail: report(10.5, 11) },
  ...more,
});

interface World {
  readonly settings?: Partial<FunctionSize>;
  readonly reply?: (arn: string, count: number) => FunctionReply;
  /** Of calls by name; those that are here reject. */
  readonly broken?: readonly string[];
}

/** A function that is in one size, its aliases, and everything that was done to it. */
const world = ({ settings, reply = () => replied(), broken = [] }: World = {}) => {
  const done: string[] = [];
  let time = 0;
  const act = (...words: (string | number)[]): Promise<void> => {
    const deed = words.join(' ');
    if (broken.includes(deed)) return Promise.reject(new Error(`${deed} is broken`));
    done.push(deed);
    return Promise.resolve();
  };
  const deps: TunerDeps = {
    versions: {
      settings: () =>
        Promise.resolve({ memoryMb: 384, cpuArchitecture: 'x86_64', logFormat: 'Text', ...settings }),
      setMemory: (_, memoryMb) => act('set', memoryMb),
      publish: (_, alias) => act('publish', alias),
      unpublish: (_, alias) => act('unpublish', alias),
    },
    invoker: {
      invoke: async (arn, payload) => {
        await act('invoke', arn.replace(`${lambdaARN}:`, ''), payload);
        return reply(arn, done.length);
      },
    },
    clock: {
      now: () => time,
      sleepUntil: (ms) => {
        time = ms;
        return Promise.resolve();
      },
    },
  };
  return { deps, done };
};

const tune = async (given: World, asked: TunerInput, leftMs = 900_000) => {
  const { deps, done } = world(given);
  const plan = await checkFunction(deps, asked);
  const sizes = [];
  for (const memoryMb of plan.sizes)
    sizes.push(
      await measureSize(deps, { plan, memoryMb }, leftMs).catch((error: unknown) => ({
        ...{
          value: memoryMb,
          error: { Error: 'TuningError', Cause: JSON.stringify({ errorMessage: messageOf(error) }) },
        },
      })),
    );
  const output = await finishTuning(deps, { plan, sizes }).catch(messageOf);
  return { output, done };
};

const cleanUp = ['set 384', 'unpublish RAM256', 'unpublish RAM512'];

describe("the lab's own tuner", () => {
  it('measures each size through an alias of its own and puts the function back', async () => {
    const { output, done } = await tune({}, input());
    const measured = (mb: number) => [
      ...[`set ${mb}`, `publish RAM${mb}`],
      ...Array<string>(5).fill(`invoke RAM${mb} {"n":1}`),
    ];
    expect(done).toEqual([...measured(256), ...measured(512), ...cleanUp]);
    // aws.amazon.com/lambda/pricing: $0.0000166667 for every GB-second of x86 in us-east-1
    const price = (mb: number) => 0.011 * (mb / 1024) * 0.0000166667;
    expect(output).toMatchObject({
      ...{ power: 256, duration: 10.5, cost: expect.closeTo(price(256), 15) },
      stats: [
        { value: 256, averageDuration: 10.5, averagePrice: expect.closeTo(price(256), 15) },
        { value: 512, averageDuration: 10.5, averagePrice: expect.closeTo(price(512), 15) },
      ],
      stateMachine: { lambdaCost: expect.closeTo(5 * (price(256) + price(512)), 14) },
    });
  });

  it.each([
    ['cannot be set', { broken: ['set 256'] }],
    ['cannot be published', { broken: ['publish RAM256'] }],
    [
      'fails',
      {
        reply: (arn: string) =>
          replied(arn.endsWith('256') ? { functionError: 'Unhandled', payload: '{"errorType":"E"}' } : {}),
      },
    ],
    ['tells nothing', { reply: (arn: string) => replied(arn.endsWith('256') ? { logTail: 'START' } : {}) }],
  ])('leaves out a size that %s', async (_, given) => {
    const { output, done } = await tune(given, input());
    expect(output).toMatchObject({ power: 512, stats: [{ value: 512 }] });
    expect(done.slice(-3)).toEqual(cleanUp);
  });

  it('fails with the reasons where no size gave figures, after it put the function back', async () => {
    const reply = () => replied({ functionError: 'Unhandled', payload: '{"errorMessage":"no table"}' });
    const { output, done } = await tune({ reply }, input());
    expect(output).toBe(
      'no size gave figures. 256 MB: TuningError: an invocation failed: no table; 512 MB: TuningError: an invocation failed: no table',
    );
    expect(done.slice(-3)).toEqual(cleanUp);
  });

  it('counts invocations that fail as they are allowed to', async () => {
    const reply = () => replied({ functionError: 'Unhandled', payload: '{"errorType":"Handled"}' });
    const { output } = await tune({ reply }, input({ allowedExceptions: ['Handled'] }));
    expect(output).toMatchObject({ power: 256 });
  });

  it('tries again what was throttled, until time is out', async () => {
    const { output, done } = await tune({ reply: (_, n) => replied({ throttled: n % 2 === 0 }) }, input());
    expect(output).toMatchObject({ stats: [{ value: 256 }, { value: 512 }] });
    expect(done.length).toBeGreaterThan(14 + 3);
    const throttled = await tune({ reply: () => replied({ throttled: true }) }, input(), 60_000);
    expect(throttled.output).toContain('take longer than a tuner has for one size');
  });

  it('tells what it could not put back, and puts back the rest', async () => {
    const { output, done } = await tune({ broken: ['set 384', 'unpublish RAM256'] }, input());
    expect(output).toBe(
      'the function was not put back as it was: set 384 is broken; unpublish RAM256 is broken',
    );
    expect(done.slice(-1)).toEqual(['unpublish RAM512']);
  });

  it('invokes once and answers null in a dry run', async () => {
    const { output, done } = await tune({}, input({ dryRun: true }));
    expect(output).toBeNull();
    expect(done.filter((deed) => deed.startsWith('invoke'))).toHaveLength(2);
  });

  it('refuses a function that logs in JSON, and weights that give no invocation, before anything is changed', async () => {
    const { deps, done } = world({ settings: { logFormat: 'JSON' } });
    await expect(checkFunction(deps, input())).rejects.toThrow('text format');
    const payload = [
      { payload: 1, weight: 1 },
      { payload: 2, weight: 99 },
    ];
    await expect(checkFunction(deps, input({ payload }))).rejects.toThrow('payload[0].weight');
    expect(done).toEqual([]);
  });
});
