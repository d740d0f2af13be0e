import type { LoadProfile } from '../../../src/core/schema/load.ts';
import {
  checkRequest,
  goalOptions,
  loadOptions,
  resultOptions,
  runRequest,
} from '../../../src/cli/run/request.ts';
import { ownTargetOptions, ownTargets } from '../../../src/cli/run/own-targets.ts';
import { inputErrorOf } from '../../support/errors.ts';
import { parse } from '../parse.ts';

const options = { ...loadOptions, ...ownTargetOptions, ...goalOptions, ...resultOptions };
const valuesOf = (line: string) => parse(line === '' ? [] : line.split(' '), options).values;
const requestOf = (line: string) => runRequest(valuesOf(line), { runId: 'r' });

describe('runRequest', () => {
  it('leaves out what was not given, so that the state machine fills in its own defaults', () => {
    expect(requestOf('')).toEqual({ runId: 'r', load: {} });
  });

  it('carries every flag under the name of its field', () => {
    expect(requestOf('--requests 9 --concurrency 3 --warmup 2 --timeout 1.5s --rounds 4 --seed 7')).toEqual({
      runId: 'r',
      rounds: 4,
      seed: 7,
      load: { requests: 9, concurrency: 3, warmup: 2, timeoutMs: 1500 },
    });
    expect(requestOf('--cold-starts 30').coldStarts).toEqual({ perTarget: 30 });
    expect(requestOf('--cold-starts off').coldStarts).toBe(false);
    expect(requestOf('--fresh-connections').load).toEqual({ connection: 'fresh' });
    expect(requestOf('--rate 50 --duration 1m').load).toEqual({ rate: 50, durationSeconds: 60 });
    expect(requestOf('--rate 50 --duration 1m --poisson').load).toMatchObject({ poissonSeed: 1 });
    expect(requestOf('--rate 50 --duration 1m --poisson --seed 7').load).toMatchObject({ poissonSeed: 7 });
  });
});

describe('--tune', () => {
  it('says what for, or that nothing is tuned', () => {
    expect(requestOf('--tune cost').tuning).toEqual({ strategy: 'cost' });
    expect(requestOf('--tune off').tuning).toBe(false);
    expect(requestOf('')).not.toHaveProperty('tuning');
    const made = () => runRequest({ ...valuesOf(''), tune: 'cheap' }, { runId: 'r' });
    expect(inputErrorOf(made)).toMatchObject({ field: '--tune', allowed: 'cost, speed, balanced, or off' });
  });
});

describe('--cold-starts', () => {
  it.each(['101', '-1', 'many', '1.5', ''])('refuses "%s" and names the flag', (given) => {
    const made = () => checkRequest(runRequest({ ...valuesOf(''), coldStarts: given }, { runId: 'r' }));
    expect(inputErrorOf(made)).toMatchObject({ field: '--cold-starts', exitCode: 2 });
  });
});

describe('--quick', () => {
  it('leaves out everything but the load', () => {
    const beside = { coldStarts: false, tuning: false, logs: false };
    expect(checkRequest(requestOf('--quick'))).toMatchObject({ ...beside, rounds: 5 });
    expect(checkRequest(requestOf('--quick --rounds 8'))).toMatchObject({ ...beside, rounds: 8 });
    expect(checkRequest(requestOf(''))).toMatchObject({ coldStarts: { perTarget: 10 }, logs: true });
  });

  it('is refused beside what it leaves out', () => {
    expect(inputErrorOf(() => requestOf('--quick --cold-starts 3'))).toMatchObject({
      field: '--cold-starts',
    });
  });
});

describe('--goal-…', () => {
  it('makes a goal and the traffic that it is for', () => {
    const checked = checkRequest(requestOf('--goal-rate 20 --goal-p99 1.5s --goal-cold 0.5%'));
    expect(checked.goal).toEqual({ p99Ms: 1500, coldShare: 0.005 });
    expect(checked.cost).toMatchObject({ requestsPerSecond: 20 });
    expect(checkRequest(requestOf('')).goal).toBeUndefined();
  });

  it.each([
    ['--goal-rate 0', '--goal-rate', 'a number from 0.001 to 100,000'],
    ['--goal-p99 2m', '--goal-p99', 'a number from 0.1 to 60,000'],
    ['--goal-cold 101%', '--goal-cold', 'a number from 0 to 1'],
  ])('%s is refused under its own name', (words, field, allowed) => {
    expect(inputErrorOf(() => checkRequest(requestOf(words)))).toMatchObject({ field, allowed });
  });
});

describe('--max-…', () => {
  it('makes thresholds of the execution', () => {
    const checked = checkRequest(requestOf('--max-p50 20 --max-p99 1s --max-failed 0.5%'));
    expect(checked).toMatchObject({ limits: { p50Ms: 20, p99Ms: 1000 }, maxFailed: 0.005 });
    expect(checkRequest(requestOf('')).limits).toBeUndefined();
  });

  it.each([
    ['--max-p50 2m', '--max-p50'],
    ['--max-p99 0', '--max-p99'],
    ['--max-failed 101%', '--max-failed'],
  ])('%s is refused under its own name', (words, field) => {
    expect(inputErrorOf(() => checkRequest(requestOf(words)))).toMatchObject({ field });
  });
});

describe('--profile', () => {
  const even = (rate: number, seconds: number) => ({ rate, seconds });

  it.each([
    ['ramp:10-200 --duration 1m', [{ rate: 10, toRate: 200, seconds: 60 }], 200, 60],
    ['ramp:200-0 --duration 30', [{ rate: 200, toRate: 0, seconds: 30 }], 200, 30],
    ['steps:50x10s,100x1m,0.5x500ms', [even(50, 10), even(100, 60), even(0.5, 0.5)], 100, 70.5],
    ['spike:500x5s --rate 50 --duration 60', [even(50, 27.5), even(500, 5), even(50, 27.5)], 500, 60],
  ])('%s', (words, profile, rate, durationSeconds) => {
    expect(checkRequest(requestOf(`--profile ${words}`)).load).toMatchObject({
      ...{ model: 'open', profile, rate, durationSeconds },
    });
  });

  it.each([
    ['ramp:10-200'],
    ['ramp:10 --duration 9'],
    ['ramp:10-x --duration 9'],
    ['ramp:10-NaN --duration 9'],
    ['ramp:10-1e9 --duration 9'],
    ['ramp:0-0 --duration 9'],
    ['ramp:10-200 --duration 9 --rate 5'],
    ['ramp:10-200 --duration 2h'],
    ['steps:50'],
    ['steps:50x'],
    ['steps:50x10q'],
    ['steps:-1x10s'],
    ['steps:50x10s --duration 9'],
    ['steps:5000x500s'],
    ['spike:500x5s --rate 50'],
    ['spike:500x5s --duration 50'],
    ['spike:500x5s --rate 50 --duration 5'],
    ['waves:1-2 --duration 9'],
    ['toString:1-2 --duration 9'],
  ])('refuses %s and names the flag', (words) => {
    expect(inputErrorOf(() => checkRequest(requestOf(`--profile ${words}`)))).toMatchObject({
      field: '--profile',
      exitCode: 2,
    });
  });

  it('says which flags do not go with it', () => {
    const given = requestOf('--profile steps:5x9s --requests 5');
    expect(inputErrorOf(() => checkRequest(given))).toMatchObject({
      field: '--requests',
      allowed: 'with --profile the flags --profile, --poisson, --warmup, --timeout, --fresh-connections',
    });
  });
});

describe('checkRequest', () => {
  it('accepts what the state machine accepts', () => {
    expect(checkRequest(requestOf('--rate 50 --duration 1m'))).toMatchObject({
      rounds: 10,
      load: { model: 'open', rate: 50 },
    });
  });

  it.each([
    ['--requests 0', '--requests'],
    ['--requests -1', '--requests'],
    ['--requests 1e12', '--requests'],
    ['--requests 1.5', '--requests'],
    ['--concurrency 1001', '--concurrency'],
    ['--rate 50', '--duration'],
    ['--duration 50', '--rate'],
    ['--rate 0 --duration 5', '--rate'],
    ['--rate 5 --duration 13h', '--duration'],
    ['--rate 5 --duration 5 --requests 5', '--requests'],
    ['--timeout 61s', '--timeout (in milliseconds)'],
    ['--rounds 0', '--rounds'],
    ['--seed -1', '--seed'],
  ])('refuses %s and names the flag %s', (line, flag) => {
    expect(inputErrorOf(() => checkRequest(requestOf(line)))).toMatchObject({ field: flag, exitCode: 2 });
  });
});

it.each([
  [
    '--rate 5 --duration 5 --requests 5',
    'with --rate the flags --rate, --duration, --poisson, --warmup, --timeout, --fresh-connections',
  ],
  ['--rate 5', 'a number from 1 to 43,200, together with a rate'],
])('says of %s what goes together, in flags', (line, allowed) => {
  expect(inputErrorOf(() => checkRequest(requestOf(line))).allowed).toBe(allowed);
});

describe('ownTargets', () => {
  const slow: LoadProfile = checkRequest(requestOf('--rate 10 --duration 5')).load;
  const fast: LoadProfile = checkRequest(requestOf('')).load;
  const own = (line: string, load: LoadProfile, taken: readonly string[] = []) =>
    ownTargets(valuesOf(line), { load, taken }).forRun('lab', 'r').targets;

  it('reads URLs and function ARNs, with the request that is the same for all', () => {
    const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:mine:live';
    const line = `--target a=https://example.com/x?y=1 --target b=${arn} --method post --payload {} --expect-status 201`;
    const request = { method: 'POST', body: '{}', expectedStatus: 201 };
    const auth = { type: 'sigv4', service: 'execute-api', region: 'eu-west-2' };
    expect(own('--target a=https://example.com/ --sigv4 execute-api/eu-west-2', slow)[0]?.request).toEqual({
      auth,
    });
    expect(own(line, slow)).toEqual([
      { version: 1, id: 'a', kind: 'url', url: 'https://example.com/x?y=1', request },
      { version: 1, id: 'b', kind: 'url', functionArn: arn, request },
    ]);
  });

  it('gives URLs the vantage that they are called from, and refuses functions of an account there', () => {
    const conditions = { load: fast, taken: [], vantage: 'beside' };
    const { targets } = ownTargets(valuesOf('--target a=http://127.0.0.1/'), conditions).forRun('l', 'r');
    expect(targets.map(({ vantage }) => vantage)).toEqual(['beside']);
    const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:mine:live';
    expect(() => ownTargets(valuesOf(`--target b=${arn}`), conditions)).toThrow(
      `--target: given "b=${arn}"; allowed: a URL: this machine has no functions but the lab's own`,
    );
  });

  it('reads headers', () => {
    const { values } = parse(
      ['--target', 'a=http://127.0.0.1/', '--header', 'Accept: text/html', '--header', 'x-a:b:c'],
      options,
    );
    expect(
      ownTargets(values, { load: fast, taken: [] }).forRun('l', 'r').targets[0]?.request?.headers,
    ).toEqual({ accept: 'text/html', 'x-a': 'b:c' });
  });

  it('lets this machine be loaded without permission, another one only with it', () => {
    expect(own('--target a=http://127.0.0.1:8000/', fast)).toHaveLength(1);
    expect(own('--target a=https://example.com/', slow)).toHaveLength(1);
    expect(own('--target a=https://example.com/ --i-may-load-this', fast)).toHaveLength(1);
    expect(inputErrorOf(() => own('--target a=https://example.com/', fast))).toMatchObject({
      field: '--target',
      hint: expect.stringContaining('--i-may-load-this'),
    });
  });

  it.each([
    ['--target example.com', '--target'],
    ['--target a=example.com', '--target'],
    ['--target A=http://127.0.0.1/', '--target'],
    ['--target a=arn:aws:s3:::bucket', '--target'],
    ['--target a=http://127.0.0.1/ --method FETCH', '--method'],
    ['--target a=http://127.0.0.1/ --header nonsense', '--header'],
    ['--target a=http://127.0.0.1/ --header a:1 --header A:2', '--header'],
    ['--target a=http://127.0.0.1/ --header connection:close', '--header'],
    ['--target a=http://127.0.0.1/ --target a=http://127.0.0.1/2', '--target'],
    ['--target taken=http://127.0.0.1/', '--target'],
    ['--target a=http://127.0.0.1/ --expect-status 99', '--expect-status'],
    ['--target a=http://127.0.0.1/ --sigv4 execute-api', '--sigv4'],
    ['--payload x', '--target'],
    ['--sigv4 execute-api/eu-west-2', '--target'],
  ])('refuses %s and names the flag %s', (line, flag) => {
    expect(inputErrorOf(() => own(line, fast, ['taken'])).field).toBe(flag);
  });
});
