import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { pricesOf } from '../../../src/core/cost/prices.ts';
import { costOfRun, estimateRun, generatorMemoryMb, requireBudget } from '../../../src/core/cost/run.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { closedLoad, openLoad } from '../../support/loads.ts';
import { inputErrorOf } from '../../support/errors.ts';
import { sampleReport, sampleRun, sixArchitectures } from '../report/sample-run.ts';

const london = pricesOf('eu-west-2');
const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:f';
const target = (id: string, billing = { httpApiRequests: 1, dynamodbWriteUnits: 1 }): Target => ({
  ...{ version: 1, id, kind: 'sync-counter', url: 'https://example.com/hits', functionArn: `${arn}:live` },
  ...{ memoryMb: 512, cpuArchitecture: 'x86_64', billing },
  copy: { functionArn: arn, url: 'https://example.com/copy', logGroup: 'copies' },
});
const plan = {
  load: closedLoad,
  rounds: 10,
  targets: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => target(id)),
};
const coldStarts = { perTarget: 10, bursts: 1, burstSize: 4 };
const tuning = {
  powerValues: [128, 256, 512, 1024, 1769, 3008],
  num: 10,
  confirmRounds: 5,
  confirmRequests: 30,
};

describe('estimateRun', () => {
  it('leaves room below a dollar for the default run with all its parts', () => {
    const { dollars } = estimateRun({ ...plan, coldStarts, tuning }, london);
    expect(dollars).toBeGreaterThan(0.1);
    expect(dollars).toBeLessThan(0.7);
  });

  // 7 targets x (10 rounds x 160 requests + 100) = 11,900 requests. By hand: HTTP API 11,900 x 1.16e-6 = 0.0138; generators
  // 70 x (160 x 0.25 s + 6 s) x 1.7275 GB x 1.66667e-5 = 0.0927.
  it('counts requests, generators and transitions', () => {
    const { items, dollars } = estimateRun(plan, london);
    const of = (pattern: RegExp): number =>
      items.filter(({ what }) => pattern.test(what)).reduce((sum, item) => sum + item.dollars, 0);
    expect(of(/HTTP API$/)).toBeCloseTo(0.0138, 4);
    expect(of(/^Generators: duration/)).toBeCloseTo(0.0927, 3);
    expect(items.find(({ what }) => what === 'State transitions')?.quantity).toBe(30 + 7 + 70 + 70);
    expect(of(/./)).toBeCloseTo(dollars, 9);
  });

  it('grows with every part, and leaves out what has no copy', () => {
    const load = estimateRun(plan, london).dollars;
    const cold = estimateRun({ ...plan, coldStarts }, london).dollars;
    const all = estimateRun({ ...plan, coldStarts, tuning }, london).dollars;
    expect(cold).toBeGreaterThan(load);
    expect(all).toBeGreaterThan(cold);
    const { copy: _, ...without } = target('a');
    const alone = { ...plan, targets: [without] };
    expect(estimateRun({ ...alone, coldStarts, tuning }, london).dollars).toBe(
      estimateRun(alone, london).dollars,
    );
  });

  it('takes an open load for as long as it lasts', () => {
    const open = { ...openLoad, rate: 100, durationSeconds: 3600 };
    const { items } = estimateRun({ ...plan, rounds: 1, targets: [target('a')], load: open }, london);
    expect(items.find(({ what }) => what === 'a: Lambda requests')?.quantity).toBe(360_100);
  });

  it("knows the generators' size", () => {
    const template = parse(
      readFileSync(join(__dirname, '../../../templates/orchestrator/load.yaml'), 'utf8'),
      {
        logLevel: 'silent',
      },
    ) as { Resources: { GenerateFunction: { Properties: { MemorySize: number } } } };
    expect(template.Resources.GenerateFunction.Properties.MemorySize).toBe(generatorMemoryMb);
  });
});

describe('requireBudget', () => {
  it('lets pass what fits, and names sum and largest items of what does not', () => {
    const bill = estimateRun({ ...plan, load: { ...closedLoad, requests: 100_000 } }, london);
    requireBudget(bill, bill.dollars);
    const { message, field } = inputErrorOf(() => {
      requireBudget(bill, 1);
    });
    expect(field).toBe('budgetDollars');
    expect(message).toContain(`allowed: at least $${bill.dollars.toFixed(2)}, which this run may cost`);
    expect(message).toMatch(/Most of it: Generators: duration \$\d+\.\d\d, [a-g]: Lambda duration \$/);
  });
});

describe('costOfRun', () => {
  it('bills what was sent, which is less than what was estimated', () => {
    const settings = { rounds: 5, requests: 200, seed: 1, characters: sixArchitectures };
    const { plan: planned } = sampleRun(settings);
    const report = sampleReport(settings);
    const targets = planned.targets.map(({ id }) => target(id));
    const known = { ...planned, targets };
    const cost = costOfRun(known, report.targets, () => 10, london);
    const sent = report.targets.reduce((sum, { requests }) => sum + requests.sent + requests.warmup, 0);
    const billed = cost.items.filter(({ what }) => what.endsWith(': Lambda requests'));
    const verified = report.targets.reduce((sum, { verification }) => sum + (verification?.sent ?? 0), 0);
    expect(billed.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(sent + verified);
    expect(cost.dollars).toBeGreaterThan(0);
    expect(cost.dollars).toBeLessThan(estimateRun(known, london).dollars);
  });
});
