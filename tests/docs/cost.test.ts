/** Figures of docs/cost.md and README.md that the cost model makes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOf } from '../../src/core/cost/bill.ts';
import { idleCosts } from '../../src/core/cost/idle.ts';
import { dollarsOf, pricesOf } from '../../src/core/cost/prices.ts';
import { referenceRows } from '../../src/core/cost/reference.ts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8').replace(/ +/g, ' ');

describe('docs/cost.md', () => {
  it.each(referenceRows().map((row) => [`${row.id}: ${row.what}`, row] as const))(
    'has the row %s',
    (name, row) => {
      const difference = `${row.difference < 0 ? '−' : '+'}${Math.abs(row.difference * 100).toFixed(1)} %`;
      const cells = [name, row.published.toFixed(2), row.computed.toFixed(2), difference];
      const lists = [row.inferred, row.omitted].map((texts) => texts.join('; ') || '–');
      expect(read('docs/cost.md')).toContain(`| ${[...cells, ...lists].join(' | ')} |`);
    },
  );
});

describe('README.md', () => {
  const london = pricesOf('eu-west-2');
  const hour = 200 * 3600;
  const rate = { requestsPerSecond: 1, shape: 'steady' } as const;
  const function512 = { memoryMb: 512, billedMs: 20 };

  it('says what a flood of its public APIs costs', () => {
    const millionOf = (billing: Record<string, number>, billedMs = 20): number =>
      billOf({ ...function512, billedMs, billing }, rate, london).dollarsPerMillion;
    const counter = millionOf({ httpApiRequests: 1, dynamodbWriteUnits: 1 });
    const nothing = millionOf({ httpApiRequests: 1 }, 2);
    const object = millionOf({ httpApiRequests: 1, s3Gets: 1, s3Puts: 1 });
    const each = (counter * hour) / 1e6;
    const s3 = (object * 36_000) / 1e6;
    const all = 4 * each + (nothing * hour) / 1e6 + s3;
    const text = read('README.md');
    expect(text).toContain(`costs about $${all.toFixed(0)} an hour`);
    expect(text).toContain(
      `each DynamoDB service $${each.toFixed(2)}: 720,000 requests of 20 ms at $${counter.toFixed(2)} a million`,
    );
    expect(text).toContain(
      `null $${((nothing * hour) / 1e6).toFixed(2)}; \`python-s3\`, which is held to 10 per second, $${s3.toFixed(2)}`,
    );
  });

  it('says what processes that are kept ready and snapshots cost by the month', () => {
    const dollars = (cpuArchitecture: 'x86_64' | 'arm64', more: object): string => {
      const target = { id: 'one', memoryMb: 512, cpuArchitecture, ...more };
      return idleCosts([], london, [target])[0]!.dollarsPerMonth.toFixed(2);
    };
    const [intel, arm] = (['x86_64', 'arm64'] as const).map((cpu) =>
      dollars(cpu, { provisionedConcurrency: 1 }),
    );
    const snapshot = dollars('x86_64', { snapStart: true });
    const restored = dollarsOf(london, 'lambda.snapStart.restore.gb', 1_000 * 0.5, false).toFixed(2);
    const text = read('README.md');
    expect(text).toContain(`$${restored} for 1,000 restores`);
    expect(text).toContain(`$${intel} for each process of 512 MB (arm64: $${arm})`);
    expect(text).toContain(`$${snapshot} for each version of 512 MB`);
    expect(text).toContain(
      `\`ProvisionedConcurrency=2\` | processes of each service's function that are kept ready: $${intel} a month each at 512 MB`,
    );
    expect(text).toContain(`a month for each version at 512 MB, $${snapshot}`);
  });

  it('says what a server costs by the month', () => {
    const server = (instanceType: string): string => {
      const billing = { instanceType, instances: 1, publicIpv4Addresses: 1, volumeGb: 8 };
      return billOf({ billing }, { ...rate, requestsPerSecond: 0 }, london).dollars.toFixed(2);
    };
    expect(read('README.md')).toContain(
      `about $${server('t3.micro')}: a t3.micro $8.61, its public IPv4 address $3.65, 8 GB of gp3 $0.74`,
    );
    expect(read('README.md')).toContain(`a t4g.micro: about $${server('t4g.micro')}`);
  });
});
