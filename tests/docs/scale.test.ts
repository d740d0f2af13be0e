/** The figures of docs/scale.md, computed from the lab's own bounds and the prices that the page itself names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { segmentsOf, workersOf } from '../../src/core/schedule/segments.ts';
import { startLeadMs } from '../../src/core/schedule/time-budget.ts';
import { openLoad } from '../support/loads.ts';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/scale.md'), 'utf8');

/** Cells of each table row, by its first. */
const rows = new Map(
  page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)] as const),
);

const price = (name: string): number => {
  const found = Number(rows.get(name)?.[0]);
  if (!(found > 0)) throw new Error(`docs/scale.md has no price of "${name}"`);
  return found;
};

const rates = [1_000, 100_000, 1_000_000];
const seconds = 3_600;
const aKilo = 1_000;
const million = 1e6;

/** As the lab cuts it: what 1,000 requests/s for an hour become. */
const lab = segmentsOf(
  { ...openLoad, rate: 1_000, durationSeconds: seconds, maxConnections: 1_000 },
  Infinity,
);
const segments = lab.length;
const segmentSeconds = seconds / segments;

const generators = (rate: number): number => rate / 500;
const invocations = (rate: number): number => generators(rate) * segments;
/** One every 5 s, and the last. */
const partsOf = (rate: number): number => invocations(rate) * (segmentSeconds / 5 + 1);
/** Of it 1 s of storing the last part. */
const billedSeconds = segmentSeconds + startLeadMs / 1000 + 1;
const gigabytes = 1769 / 1024;
const generatorGbs = (rate: number): number => invocations(rate) * billedSeconds * gigabytes;
/** Plan, VerifyTargets, Verify, Schedule, MeasureRounds, MeasureCells, Report, CleanUp, DecideOutcome, RunSucceeded. */
const fixedStates = 10;
const transitions = (rate: number): number => fixedStates + segments + invocations(rate);
const requests = (rate: number): number => rate * seconds;

const generatorDollars = (rate: number): number =>
  generatorGbs(rate) * price('Lambda, GB-second, x86') +
  (invocations(rate) / million) * price('Lambda, million requests');
const storeDollars = (rate: number): number =>
  (partsOf(rate) / aKilo) * (price('S3, thousand PUT') + 2 * price('S3, thousand GET'));
const stepDollars = (rate: number): number =>
  (transitions(rate) / aKilo) * price('Step Functions, thousand transitions');

const apiDollars = (rate: number): number => {
  const millions = requests(rate) / million;
  const first = Math.min(millions, 300);
  return (
    first * price('HTTP API, million, up to 300') + (millions - first) * price('HTTP API, million, above')
  );
};
/** 512 MB for 5 ms; 0.3 kB of log. */
const functionDollars = (rate: number): number =>
  (requests(rate) / million) *
  (price('Lambda, million requests') +
    million * 0.5 * 0.005 * price('Lambda, GB-second, x86') +
    ((million * 300) / 1024 ** 3) * price('CloudWatch Logs, GB'));
const counterDollars = (rate: number): number =>
  (requests(rate) / million) * price('DynamoDB, million writes');

const count = (value: number): string => String(Math.ceil(value)).replace(/\B(?=(\d{3})+$)/g, ',');
const dollars = (value: number): string =>
  value < 10 ? value.toFixed(value < 0.1 ? 4 : 2) : count(Math.round(value));
const sumOf =
  (...parts: readonly ((rate: number) => number)[]) =>
  (rate: number): number =>
    parts.reduce((sum, part) => sum + part(rate), 0);

const ofLab = sumOf(generatorDollars, storeDollars, stepDollars);
const ofTarget = sumOf(apiDollars, functionDollars, counterDollars);

describe('docs/scale.md', () => {
  it('builds on what the lab does', () => {
    const generator = (
      parse(readFileSync(join(root, 'templates/orchestrator/load.yaml'), 'utf8'), { logLevel: 'silent' }) as {
        Resources: { GenerateFunction: { Properties: { MemorySize: number } } };
      }
    ).Resources.GenerateFunction.Properties;
    expect(generator.MemorySize).toBe(1769);
    expect([segments, segmentSeconds]).toEqual([5, 720]);
    expect(workersOf(lab[0]!)).toBe(generators(1_000));
    expect(workersOf({ ...openLoad, rate: 1e6 })).toBe(200);
  });

  it.each<[string, (rate: number) => string]>([
    [
      'requests in an hour, millions',
      (rate) => (rate < 10_000 ? (requests(rate) / million).toFixed(1) : count(requests(rate) / million)),
    ],
    ['generators at once', (rate) => count(generators(rate))],
    ['generator invocations', (rate) => count(invocations(rate))],
    ['generator GB-seconds', (rate) => count(generatorGbs(rate))],
    ['objects written (S3 PUT)', (rate) => count(partsOf(rate))],
    ['objects read (S3 GET), by Report and by `run`', (rate) => count(2 * partsOf(rate))],
    ['state transitions', (rate) => count(transitions(rate))],
    ['histograms and counts, GB', (rate) => ((partsOf(rate) * 3_700) / 1e9).toPrecision(2)],
    ['instances of the target by its time', (rate) => count(rate * 0.005)],
    ['instances that its rate takes', (rate) => count(rate / 10)],
    ['concurrent executions in all', (rate) => count(rate / 10 + generators(rate))],
    ['counter items at 800 writes/s each', (rate) => count(rate / 800)],
    ['seconds of Report at 800 parts/s', (rate) => count(partsOf(rate) / 800)],
    ['memory of Report, MB', (rate) => count(200 + (partsOf(rate) * 1_720) / 1e6)],
    ['generators, $', (rate) => dollars(generatorDollars(rate))],
    ['S3 requests, $', (rate) => dollars(storeDollars(rate))],
    ['Step Functions, $', (rate) => dollars(stepDollars(rate))],
    ['the lab, $', (rate) => dollars(ofLab(rate))],
    ['HTTP API, $', (rate) => dollars(apiDollars(rate))],
    ['functions with their logs, $', (rate) => dollars(functionDollars(rate))],
    ['DynamoDB, $', (rate) => dollars(counterDollars(rate))],
    ['the target, $', (rate) => dollars(ofTarget(rate))],
  ])('says of "%s" what its formula gives', (name, figure) => {
    expect(rows.get(name)?.slice(-rates.length)).toEqual(rates.map(figure));
  });
});
