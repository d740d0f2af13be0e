import { read } from '../../../src/core/schema/fields.ts';
import { tunerInput, tuningRequest } from '../../../src/core/schema/tuning.ts';

const request = (given: unknown) => read(tuningRequest, given, 'tuning', 'tuning');

describe('what an execution may ask of tuning', () => {
  it('is nothing, or settings with defaults', () => {
    expect(request(false)).toBe(false);
    expect(request({})).toEqual({
      ...{
        powerValues: [128, 256, 512, 1024, 1769, 3008],
        num: 10,
        strategy: 'balanced',
        balancedWeight: 0.5,
      },
      ...{ parallelInvocation: false, confirmRounds: 5, confirmRequests: 30 },
    });
  });

  it.each([
    [true, 'tuning: given true; allowed: false, or a JSON object'],
    [[], 'tuning: given []; allowed: false, or a JSON object'],
    [
      { powerValues: [64, 128] },
      'tuning.powerValues[0]: given 64; allowed: a whole number from 128 to 10,240',
    ],
    [{ powerValues: [128, 10_241] }, 'tuning.powerValues[1]: given 10241'],
    [{ powerValues: [128, 256.5] }, 'tuning.powerValues[1]: given 256.5; allowed: a whole number'],
    [{ powerValues: [128, 256, 128] }, 'each size once, where 128 is there twice'],
    [
      { powerValues: [128] },
      'tuning.powerValues: given "1 entries"; allowed: a JSON array of 2 to 20 entries',
    ],
    [{ num: 4 }, 'tuning.num: given 4; allowed: a whole number from 5 to 1,000'],
    [{ strategy: 'cheap' }, 'tuning.strategy: given "cheap"; allowed: cost, speed, balanced'],
    [{ balancedWeight: 1.5 }, 'tuning.balancedWeight: given 1.5; allowed: a number from 0 to 1'],
    [{ memory: 512 }, 'tuning.memory: given 512; allowed: the fields powerValues, '],
  ])('is not %j', (given, message) => {
    expect(() => request(given)).toThrow(message);
  });
});

const lambdaARN = 'arn:aws:lambda:eu-west-2:123456789012:function:f';
const tuner = (more: object) => read(tunerInput, { lambdaARN, num: 5, ...more }, 'input');

describe("a tuner's input", () => {
  it.each([
    {},
    { powerValues: 'ALL', payload: { a: 1 }, parallelInvocation: true, strategy: 'speed', balancedWeight: 0 },
    {
      powerValues: [],
      discardTopBottom: 0.4,
      sleepBetweenRunsMs: 5,
      includeOutputResults: true,
      dryRun: true,
    },
    { disablePayloadLogs: true, allowedExceptions: ['Handled'], autoOptimize: false, onlyColdStarts: false },
  ])('may be %j', (more) => {
    expect(tuner(more)).toEqual({ lambdaARN, num: 5, ...more });
  });

  it.each([
    [{ lambdaARN: `${lambdaARN}:live` }, 'lambdaARN: given'],
    [{ num: '10' }, 'num: given "10"'],
    [{ powerValues: ['128'] }, 'powerValues[0]: given "128"'],
    [{ payloadS3: 's3://b/k' }, 'payloadS3: given "s3://b/k"; allowed: nothing: this tuner reads no bucket'],
    [{ preProcessorARN: lambdaARN }, 'preProcessorARN'],
    [{ postProcessorARN: lambdaARN }, 'postProcessorARN'],
    [{ autoOptimize: true }, 'autoOptimize: given true; allowed: false: '],
    [{ autoOptimizeAlias: 'live' }, 'autoOptimizeAlias'],
    [{ onlyColdStarts: true }, 'onlyColdStarts: given true; allowed: false: '],
    [{ discardTopBottom: 0.5 }, 'discardTopBottom: given 0.5'],
    [{ dryrun: true }, 'dryrun: given true; allowed: the fields lambdaARN, '],
  ])('names what is wrong with %j', (more, message) => {
    expect(() => tuner(more)).toThrow(message);
  });
});
