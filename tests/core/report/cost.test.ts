import { withCost } from '../../../src/core/report/cost.ts';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import type { ChartFigure, Section } from '../../../src/core/report/view-model.ts';
import type { Report, TargetReport } from '../../../src/core/schema/report.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { type Character, sampleReport, sampleRun, sixArchitectures, targetIn } from './sample-run.ts';

const server: Partial<Target> = {
  billing: { instanceType: 't3.micro', instances: 1, publicIpv4Addresses: 1, volumeGb: 8 },
};
const withoutFunction = ({ functionArn: _, memoryMb: __, ...rest }: Target): Target => rest;

const characters: readonly Character[] = [
  { id: 'node-dynamodb', warmMs: 8, coldMs: 300 },
  { id: 'rust-dynamodb', warmMs: 4, coldMs: 60, target: { memoryMb: 128 } },
  { id: 'fastapi-ec2', warmMs: 3, coldMs: 3, target: server },
  { id: 'mine', kind: 'url', warmMs: 5, coldMs: 5 },
];

/** A run in London whose server has no function, and one of whose targets says nothing of itself. */
const settings = { rounds: 3, requests: 60, seed: 1, characters };
const { plan } = sampleRun(settings);
const targets = plan.targets.map((target): Target => {
  if (target.id === 'fastapi-ec2') return withoutFunction(target);
  if (target.id !== 'mine') return target;
  const { billing: _, ...rest } = withoutFunction(target);
  return rest;
});
const london = { ...plan, targets, cost: { freeTier: false, region: 'eu-west-2' } };
const plain = sampleReport(settings).targets.map(({ cost: _, ...target }): TargetReport => {
  const { memoryMb: __, ...rest } = target;
  return target.id === 'fastapi-ec2' ? rest : target;
});
const costed = withCost(london, plain);
const report: Report = { ...sampleReport(settings), ...costed };

const costOf = (id: string) => targetIn(report, id).cost!;

describe('withCost', () => {
  it('takes client times as an upper bound where nothing better is known, and says so', () => {
    const { basis, service } = costOf('node-dynamodb');
    expect(basis).toMatch(/^client times as an upper bound/);
    expect(service.billedMs).toBeCloseTo(targetIn(report, 'node-dynamodb').service.all!.meanMs + 1, 9);
  });

  it('prefers the platform’s own lines to durations of tuning, and those to client times', () => {
    const live = { requests: 1_800, coldStarts: 3, billedMs: { mean: 12.5 }, logBytesPerRequest: 500 };
    const tuning = {
      sizes: [
        { memoryMb: 512, averageMs: 7 },
        { memoryMb: 128, averageMs: 30 },
      ],
    };
    const from = (more: object) =>
      withCost(
        london,
        plain.map((target) => ({ ...target, ...more })),
      ).targets.find(({ id }) => id === 'node-dynamodb')!.cost!;
    expect(from({ tuning })).toMatchObject({
      service: { billedMs: 7.5 },
      basis: expect.stringMatching(/^durations of tuning/) as string,
    });
    const logged = from({ tuning, logs: { live } });
    expect(logged).toMatchObject({
      service: { billedMs: 12.5 },
      basis: expect.stringMatching(
        /^billed by the logs: 1,800 REPORT lines, 3 of them cold, mixed as to be expected/,
      ) as string,
    });
    // 2.628 million requests a month at 1/s: 500 bytes each are 1.2238 GB.
    expect(logged.items.find(({ what }) => what === 'Logs: taking in')?.quantity).toBeCloseTo(1.2238, 3);
  });

  // 2.628 million x (1.16 + 0.7423 + 0.20) a million, and by the month 730 x (0.0118 + 0.005) + 8 x 0.0928 with 1.2238 GB out.
  it('itemises each target at one request a second, with London’s prices', () => {
    const dollars = (id: string, what: string): number =>
      costOf(id).items.find((item) => item.what === what)?.dollars ?? NaN;
    expect(dollars('node-dynamodb', 'HTTP API')).toBeCloseTo(3.0485, 3);
    expect(dollars('node-dynamodb', 'DynamoDB writes')).toBeCloseTo(1.9508, 3);
    expect(dollars('node-dynamodb', 'Lambda requests')).toBeCloseTo(0.5256, 4);
    expect(costOf('fastapi-ec2').dollarsPerMonth).toBeCloseTo(13.0064 + 1.2238 * 0.09, 2);
    expect(costOf('fastapi-ec2').basis).toBe('servers, by the month');
  });

  it('bills what the target registered of ready processes and of a snapshot', () => {
    const costWith = (more: Partial<Target>) => {
      const changed = london.targets.map((target) =>
        target.id === 'node-dynamodb' ? { ...target, ...more } : target,
      );
      const logs = { live: { requests: 100, coldStarts: 0, billedMs: { mean: 10 } } };
      const reports = plain.map((target) => ({ ...target, ...({ logs } as object) }));
      const all = withCost({ ...london, targets: changed }, reports);
      return {
        ...all,
        cost: all.targets.find(({ id }) => id === 'node-dynamodb')!.cost!,
        run: all.cost!.run,
      };
    };
    const itemsOf = (more: Partial<Target>) =>
      new Map(costWith(more).cost.items.map(({ what, quantity }) => [what, quantity]));
    const ready = itemsOf({ provisionedConcurrency: 2 });
    expect(ready.get('Provisioned concurrency')).toBe(2 * 0.5 * 2_628_000);
    expect(ready.get('Lambda duration, provisioned')).toBeCloseTo(2_628_000 * 0.01 * 0.5, -1);
    const snapped = itemsOf({ snapStart: true });
    expect(snapped.get('SnapStart: keeping')).toBe(0.5 * 2_628_000);
    const { coldShare } = costWith({ snapStart: true }).cost.service;
    expect(coldShare).toBeGreaterThan(0);
    expect(snapped.get('SnapStart: restoring')).toBeCloseTo(0.5 * 2_628_000 * coldShare!, 6);
    // Of two ready processes, 0.008 busy on the mean, both are so for about one request in 30,000.
    expect(costWith({ provisionedConcurrency: 2 }).cost.service.coldShare).toBeLessThan(coldShare! / 10);
    const ofRun = (more: Partial<Target>) =>
      costWith(more).run.items.filter(({ what }) => /SnapStart|Provisioned/.test(what));
    expect(ofRun({})).toEqual([]);
    expect(ofRun({ provisionedConcurrency: 2 })).toEqual([]);
    expect(ofRun({ snapStart: true })).toMatchObject([{ what: 'node-dynamodb: SnapStart: restoring' }]);
    const none = itemsOf({ provisionedConcurrency: 0, snapStart: false });
    expect([...none.keys()].filter((what) => /SnapStart|rovisioned/.test(what))).toEqual([]);
  });

  it('says nothing of a target that tells nothing of itself', () => {
    expect(targetIn(report, 'mine').cost).toBeUndefined();
    const none = { ...london, targets: london.targets.filter(({ id }) => id === 'mine') };
    expect(
      withCost(
        none,
        plain.filter(({ id }) => id === 'mine'),
      ).cost,
    ).toBeUndefined();
  });

  it('finds where the server overtakes each function, and prices the run', () => {
    const { crossings, run, region, rates } = report.cost!;
    expect(region).toBe('eu-west-2');
    expect(rates).toEqual([0.1, 1, 10]);
    expect(new Set(crossings.map(({ above }) => above))).toContain('fastapi-ec2');
    for (const { requestsPerSecond } of crossings.filter(({ above }) => above === 'fastapi-ec2')) {
      expect(requestsPerSecond).toBeGreaterThan(1);
      expect(requestsPerSecond).toBeLessThan(4);
    }
    expect(run.dollars).toBeGreaterThan(0);
    expect(run.dollars).toBeLessThan(0.1);
  });

  it('adds the traffic that was asked for to its own', () => {
    const asked = { ...london, cost: { ...london.cost, requestsPerSecond: 4, shape: 'bursty' as const } };
    const { cost } = withCost(asked, plain);
    expect(cost).toMatchObject({ rates: [0.1, 1, 4, 10], shape: 'bursty', requestsPerSecond: 4 });
  });
});

const sectionOf = (of: Report): Section => viewOf(of).sections.find(({ id }) => id === 'cost')!;
const charts = ({ blocks }: Section): ChartFigure[] =>
  blocks.flatMap((block) => (block.kind === 'figure' && block.figure.kind === 'chart' ? [block.figure] : []));

describe('the cost section', () => {
  const section = sectionOf(report);

  it('has dollars at three rates, break-evens in words and what the run would have cost', () => {
    const text = renderMarkdown(viewOf(report));
    expect(text).toContain('| Target | at 0.1/s | at 1/s | at 10/s | billed, ms |');
    expect(text).toMatch(/fastapi-ec2 \| \$13\.02 \(\$49\.\d+ a million\) \| \$13\.12 /);
    expect(text).toMatch(
      /Below 2\.\d+\/s \(\d\.\d+ million a month, \$13\.\d+\) rust-dynamodb is cheaper than fastapi-ec2/,
    );
    expect(text).toContain(
      'This run cost nothing: it was local. On AWS, what it sent would have cost about $',
    );
    expect(text).toContain('client times as an upper bound');
  });

  it('draws dollars over the rate with every crossing, and latency over dollars, each value readable', () => {
    const [cost, trade] = charts(section);
    expect(cost!.marks).toHaveLength(report.cost!.crossings.length);
    expect(cost!.readings).toHaveLength(cost!.curves[0]!.points.length);
    expect(cost!.readings[0]!.text).toMatch(/0\.010\/s: .*fastapi-ec2 \$13\.01/);
    expect(cost!.readings[0]!.from).toBe(cost!.x.low);
    expect(cost!.readings.at(-1)!.to).toBe(cost!.x.high);
    expect(trade!.marks.filter(({ look }) => look === 'p50')).toHaveLength(3);
    expect(trade!.words).toMatch(/rust-dynamodb: \$\d\.\d\d a million, p50 /);
    const html = renderHtml(viewOf(report));
    expect(html.match(/class="dot crossing /g)).toHaveLength(report.cost!.crossings.length);
    expect(html).toContain('Values of dollars by rate');
  });

  it('marks what is from memory, and folds each bill under its target', () => {
    const folds = section.blocks.flatMap((block) => (block.kind === 'fold' ? [block] : []));
    expect(folds.map(({ name }) => name.text)).toEqual([...costOrder, 'Of that']);
    expect(JSON.stringify(folds[0])).toContain('"tone":"bad"');
  });

  it('is left out of a report without prices', () => {
    const { cost: _, ...none } = report;
    expect(viewOf(none).sections.map(({ id }) => id)).not.toContain('cost');
  });
});

const costOrder = viewOf(report)
  .rows.filter(({ target }) => target.cost !== undefined)
  .map(({ target }) => target.id);

describe('sampleReport', () => {
  it('has a price in every target', () => {
    expect(
      sampleReport({ characters: sixArchitectures }).targets.every(({ cost }) => cost !== undefined),
    ).toBe(true);
  });
});
