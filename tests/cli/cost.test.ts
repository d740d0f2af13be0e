import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { buildProgram } from '../../src/cli/program.ts';
import { plainTerminal } from '../../src/cli/terminal.ts';
import { pricesOf } from '../../src/core/cost/prices.ts';
import { InputError } from '../../src/core/errors.ts';
import { sampleReport } from '../core/report/sample-run.ts';
import { ownDirectory } from '../support/directory.ts';

const directory = ownDirectory();
const root = join(__dirname, '../..');

/** What a command prints and says, and its exit code; misuse as the error it throws. */
const run = async (line: string): Promise<{ code: number; printed: string; said: string }> => {
  const result = { code: -1, printed: '', said: '' };
  const sink = { write: (text: string) => (result.said += text) } as unknown as NodeJS.WritableStream;
  const words = line.split(' ');
  const program = await buildProgram(
    '',
    async (work) => {
      result.code = await work({
        ...{ root, version: '', env: { AWS_REGION: 'eu-west-2' }, signal: new AbortController().signal },
        print: (text) => void (result.printed += text),
        terminal: plainTerminal(sink, pc.createColors(false), () => 0),
      });
    },
    words[0],
  );
  await program.parseAsync(words, { from: 'user' });
  return result;
};

const misuse = async (line: string): Promise<InputError> => {
  const error: unknown = await run(line).catch((thrown: unknown) => thrown);
  if (error instanceof InputError) return error;
  throw new Error(`accepted: ${line}`);
};

interface Printed {
  readonly region: string;
  readonly crossings: readonly { below: string; above: string; requestsPerSecond: number }[];
  readonly targets: Readonly<
    Record<string, { dollarsPerMillion: number; basis: string; service: { memoryMb?: number } }>
  >;
}
const json = async (line: string) => JSON.parse((await run(`${line} --json`)).printed) as Printed;

beforeAll(() => {
  writeFileSync(join(directory, 'report.json'), JSON.stringify(sampleReport({ rounds: 1, requests: 14 })));
  const { cost: _, ...old } = sampleReport({ rounds: 1, requests: 14 });
  const targets = old.targets.map(({ cost: __, ...target }) => target);
  writeFileSync(join(directory, 'old.json'), JSON.stringify({ ...old, targets }));
  const london = pricesOf('eu-west-2');
  const free = {
    ...london,
    prices: { ...london.prices, 'lambda.requests': { ...london.prices['lambda.requests'], price: 0 } },
  };
  writeFileSync(join(directory, 'free.json'), JSON.stringify(free));
  writeFileSync(
    join(directory, 'bad.json'),
    JSON.stringify({ ...london, prices: { x: { unit: 'x', price: -1, date: '2026', confidence: 'L' } } }),
  );
});

describe('latency-lab cost', () => {
  it('itemises architectures by what is assumed, and says where one overtakes another', async () => {
    const { code, printed, said } = await run(
      'cost --architecture python-dynamodb,fastapi-ec2 --billed-ms 12',
    );
    expect(code).toBe(0);
    expect(printed).toMatch(/python-dynamodb +\$0\.\d+ +\$6\.\d\d +\$6\d\.\d\d +\$2\.4\d +12\.0 +assumed/);
    expect(printed).toMatch(/DynamoDB writes +2,628,000 +write request unit .*from memory/);
    expect(printed).toMatch(
      /Below 2\.\d\d\/s .* python-dynamodb is cheaper than fastapi-ec2, above it dearer/,
    );
    expect(said).toContain('List prices of eu-west-2, 2026-10, without free tier');
  });

  // 1.16 + 0.20 + 0.04 s x 1.7275 GB x 16.6667 = 2.5117 a million, logs and data out 0.2184.
  it('takes a function behind an HTTP API where no architecture is named', async () => {
    const { targets, region } = await json('cost --billed-ms 40 --memory 1769 --log-bytes 300');
    expect(region).toBe('eu-west-2');
    expect(targets['function']?.dollarsPerMillion).toBeCloseTo(
      1.36 + 0.04 * (1769 / 1024) * 16.6667 + 0.2179,
      3,
    );
    const virginia = await json('cost --billed-ms 40 --memory 1769 --region us-east-1');
    expect(virginia.targets['function']?.dollarsPerMillion).toBeLessThan(
      targets['function']!.dollarsPerMillion,
    );
    const ready = await json('cost --billed-ms 40 --provisioned 5 --rate 3');
    expect(ready.targets['function']?.dollarsPerMillion).toBeGreaterThan(
      targets['function']!.dollarsPerMillion,
    );
  });

  it('prices a report anew, with its own durations, elsewhere and with what flags say', async () => {
    const file = join(directory, 'report.json');
    const { targets } = await json(`cost ${file}`);
    const [id = ''] = Object.keys(targets);
    expect(targets[id]?.basis).toMatch(/^client times as an upper bound/);
    const larger = await json(`cost ${file} --memory 3008`);
    expect(larger.targets[id]).toMatchObject({ service: { memoryMb: 3008 } });
    expect(larger.targets[id]?.basis).toContain('with what the flags say');
    expect(larger.targets[id]!.dollarsPerMillion).toBeGreaterThan(targets[id]!.dollarsPerMillion);
  });

  it('reckons with a price file of one’s own', async () => {
    const own = await json(`cost --billed-ms 40 --prices ${join(directory, 'free.json')}`);
    const listed = await json('cost --billed-ms 40');
    expect(
      listed.targets['function']!.dollarsPerMillion - own.targets['function']!.dollarsPerMillion,
    ).toBeCloseTo(0.2, 6);
  });

  it.each([
    ['cost', '--billed-ms: given nothing; allowed: milliseconds, for functions'],
    ['cost --billed-ms -1', '--billed-ms: given -1'],
    ['cost --billed-ms 5 --memory 127', '--memory: given 127; allowed: a whole number from 128 to 10,240'],
    [
      'cost --billed-ms 5 --region mars-north-1',
      '--region: given "mars-north-1"; allowed: a region with prices: eu-west-2, us-east-1',
    ],
    ['cost --billed-ms 5 --rate 0', '--rate'],
    [
      'cost --billed-ms 5 --architecture none',
      '--architecture: given "none"; allowed: null, python-dynamodb',
    ],
    ['cost --billed-ms 5 --shape square', '--shape: given "square"; allowed: steady, daily, bursty'],
    [
      'cost --billed-ms 5 --prices nowhere.json',
      '--prices: given "nowhere.json"; allowed: a price file that can be read',
    ],
    ['cost BAD --billed-ms 5', 'There is no such file'],
  ])('refuses `%s`', async (line, message) => {
    expect((await misuse(line)).message).toContain(message);
  });

  it('names the price that is wrong, and the report that has none', async () => {
    const bad = await misuse(`cost --billed-ms 5 --prices ${join(directory, 'bad.json')}`);
    expect(bad.message).toContain('.prices.x.price: given -1; allowed: a price in dollars, 0 or more');
    expect((await misuse(`cost ${join(directory, 'old.json')}`)).message).toContain(
      'a report whose targets have a cost',
    );
  });
});

const fixtures = join(__dirname, 'fixtures/price-list');

describe('latency-lab prices', () => {
  it('lists a region’s, with what is from memory', async () => {
    const { printed } = await run('prices --region eu-west-2');
    expect(printed).toMatch(/dynamodb\.writeUnits +0\.7423 +1000000 +write request unit +2026 +from memory/);
  });

  it('reads new ones from offer files, and keeps the rest with its date, each named', async () => {
    const out = join(directory, 'fresh.json');
    const { code, said } = await run(`prices refresh --region eu-west-2 --from ${fixtures} --out ${out}`);
    expect(code).toBe(0);
    expect(said).toContain('AmazonEC2: not read (ENOENT)');
    expect(said).toContain('ec2.t3.micro.hours: kept as it was: no offer file of AmazonEC2');
    const { prices } = JSON.parse(readFileSync(out, 'utf8')) as { prices: Record<string, object> };
    expect(prices['lambda.requests']).toMatchObject({
      price: 0.00000021,
      date: '2026-11-02',
      confidence: 'AWS',
    });
    expect(prices['ec2.t3.micro.hours']).toMatchObject({ price: 0.0118, confidence: 'H,C' });
    const { targets } = await json(`cost --billed-ms 40 --prices ${out}`);
    expect(targets['function']?.dollarsPerMillion).toBeGreaterThan(1);
  });

  it('writes nothing where nothing was found', async () => {
    const out = join(directory, 'none.json');
    const { code, said } = await run(
      `prices refresh --region eu-west-2 --from ${directory}/nowhere --out ${out}`,
    );
    expect(code).toBe(1);
    expect(said).toContain('not one price was found');
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ['prices refresh', '--region: given nothing'],
    ['prices refresh --region eu-west-2', '--out: given nothing'],
    ['prices --region eu-north-9', 'a region with prices'],
    ['prices fresh', 'refresh'],
  ])('refuses `%s`', async (line, message) => {
    expect((await misuse(line)).message).toContain(message);
  });
});
