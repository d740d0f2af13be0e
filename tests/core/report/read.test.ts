import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../src/core/errors.ts';
import { renderCsv } from '../../../src/core/report/csv.ts';
import { diffReports } from '../../../src/core/report/diff.ts';
import { crossings } from '../../../src/core/report/gate.ts';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { readReport } from '../../../src/core/report/read.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { type Report, reportVersion } from '../../../src/core/schema/report.ts';
import { compile, publishedSchema, stored } from '../../support/published-schema.ts';
import { furtherFields, sampleReport } from './sample-run.ts';

const fixture = (name: string): string => readFileSync(join(__dirname, '../../fixtures', name), 'utf8');

type Step = string | number;
type Json = Record<Step, unknown>;

const isContainer = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every field and element, by its path. */
const pathsOf = (value: unknown, path: readonly Step[] = []): (readonly Step[])[] => {
  if (!isContainer(value)) return [path];
  const keys: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [
    ...(path.length === 0 ? [] : [path]),
    ...keys.flatMap((key) => pathsOf(value[key], [...path, key])),
  ];
};

const written = (path: readonly Step[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');

const retyped = (value: unknown): unknown => {
  if (Array.isArray(value)) return {};
  if (isContainer(value)) return [];
  return typeof value === 'string' ? 7 : 'seven';
};

const damage = (report: Report, path: readonly Step[], how: 'delete' | 'null' | 'retype'): unknown => {
  const copy = stored(report) as Json;
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce((at, step) => at[step] as Json, copy);
  if (how !== 'delete') parent[last] = how === 'null' ? null : retyped(parent[last]);
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
};

/** Everything that `report` and `diff` do with what they read. */
const useAll = (json: string, other: Report): void => {
  const report = readReport(json, 'file');
  const view = viewOf(report);
  for (const render of [renderHtml, renderMarkdown, renderCsv]) render(view);
  for (const [base, now] of [
    [report, other],
    [other, report],
  ] as const)
    diffReports(base, now);
};

const caught = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
};

/** Of reports and of what users named. */
const optional = [
  ...['billedMs', 'cost', 'dynamodbWriteUnits', 'httpApiRequests'],
  'recommendation',
  'dollarsPerMonth',
  'coldShare',
  'best',
  ...['cause', 'cold', 'cpuArchitecture', 'error', 'example', 'generator', 'host CPU', 'kernel', 'maxMs'],
  ...['meanMs', 'memoryMb', 'observed', 'p50Ms', 'reference', 'runtime', 'standardDeviationMs', 'startedAt'],
  ...[
    'all',
    'extremesUs',
    'high',
    'lastHeardAt',
    'lost',
    'low',
    'p',
    'rank',
    'sensitivity',
    'spread',
    'throughputPerSecond',
    'verification',
    'warm',
    'x-architecture',
  ],
];

/** A report with every optional field there is, and small. */
const built = sampleReport(
  {
    rounds: 1,
    requests: 14,
    characters: [
      { id: 'a', warmMs: 3, coldMs: 9, failing: { share: 0.5, kind: 'status', example: 'status 500' } },
      { id: 'b', warmMs: 2, coldMs: 9, diesInRound: 1 },
    ],
    plan: { leftOut: [{ id: 'x', reason: 'no cargo' }] },
  },
  furtherFields,
);

const ratios = { ratio: 1, low: 1, high: 2, p: 0.5, spread: 0.1 };
const comparison = { base: 'a', other: 'a', outcome: 'different', ...ratios, rounds: 5 } as const;
const report: Report = {
  ...built,
  rankings: built.rankings.map((ranking) => ({
    ...ranking,
    rows: [{ id: 'a', rank: 1 }],
    comparisons: [comparison],
  })),
};

describe('readReport', () => {
  const paths = pathsOf(stored(report));

  it('reads what was written', () => {
    expect(readReport(JSON.stringify(report), 'file')).toEqual(stored(report));
    expect(paths.length).toBeGreaterThan(200);
  });

  it.each(['null', 'retype'] as const)(
    'names the path and what was expected where a field is damaged: %s',
    (how) => {
      // A quantity of a bill is a number or a text.
      const judged = paths.filter((path) => how === 'null' || path.at(-2) !== 'billing');
      for (const path of judged) {
        const use = (): void => {
          useAll(JSON.stringify(damage(report, path, how)), report);
        };
        // Whatever is said of another schema is said of the file.
        const field = path[0] === 'schema' ? 'FILE' : `file: ${written(path)}`;
        const error = caught(use);
        expect([written(path), error]).toEqual([written(path), expect.objectContaining({ field })]);
        expect(error).toBeInstanceOf(InputError);
      }
    },
  );

  it('names what is missing, or does without it', () => {
    const spared = new Set<string>();
    for (const path of paths.filter((steps) => typeof steps.at(-1) === 'string' && steps[0] !== 'schema')) {
      const error = caught(() => {
        useAll(JSON.stringify(damage(report, path, 'delete')), report);
      });
      if (error === undefined) spared.add(String(path.at(-1)));
      else expect([written(path), error]).toEqual([written(path), expect.any(InputError)]);
      // A quantile without anything is taken for one that n could not carry.
      const said = [written(path), written(path).replace(/\.ms$/, '.neededN')];
      if (error instanceof InputError)
        expect(said.some((field) => error.message.includes(`file: ${field}: given nothing; `))).toBe(true);
    }
    expect([...spared].sort()).toEqual(optional.sort());
  });

  it('takes shorter lists as they are', () => {
    for (const path of paths.filter((steps) => typeof steps.at(-1) === 'number')) {
      const json = JSON.stringify(damage(report, path, 'delete'));
      expect(
        caught(() => {
          useAll(json, report);
        }),
      ).toBeUndefined();
    }
  });

  it.each([
    ['', 'It is empty'],
    [' \n', 'It is empty'],
    ['{"schema":"latency-lab.report.v2","targ', 'It is cut short'],
    ['<!doctype html>', 'It is not JSON'],
    ['\u0000\u0001', 'It is not JSON'],
    ['null', 'another kind of JSON'],
    ['[]', 'another kind of JSON'],
    ['7', 'another kind of JSON'],
    ['{}', 'another kind of JSON'],
    ['{"schema":7}', 'another kind of JSON'],
    ['{"schema":"latency-lab.plan.v1"}', 'Its schema is "latency-lab.plan.v1"'],
    ['{"schema":"latency-lab.report.v99"}', 'by a later version ("latency-lab.report.v99")'],
    ['{"schema":"constructor"}', 'Its schema is "constructor"'],
  ])('says what it was given instead of a report: %j', (json, why) => {
    const error = caught(() => readReport(json, 'file'));
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toContain(why);
    expect((error as InputError).message).toMatch(/^FILE: given "file"; allowed: a report\.json/);
  });

  it('knows a report that was cut short, wherever it was cut', () => {
    const json = JSON.stringify(report);
    for (let end = 2; end < json.length; end += 97) {
      expect(() => readReport(json.slice(0, end), 'file')).toThrow('It is cut short');
    }
  });

  it('keeps fields that a later minor version added', () => {
    const more = { ...report, moonlight: { lux: 1 } };
    expect(readReport(JSON.stringify(more), 'file')).toMatchObject({ moonlight: { lux: 1 } });
  });

  describe.each(['report.v1.json', 'report.v2.json'])(
    'of what an earlier or this release wrote: %s',
    (name) => {
      it('reads and renders it', () => {
        const old = readReport(fixture(name), name);
        expect(old.schema).toBe(reportVersion);
        expect(old.targets.map(({ id, requests }) => [id, requests.planned, requests.ok])).toEqual([
          ['node-dynamodb', 80, 80],
          ['null', 80, 80],
        ]);
        const view = viewOf(old);
        expect(renderHtml(view)).toContain('node-dynamodb answered half of its requests within 4.21 ms');
        expect(renderMarkdown(view)).toContain('| – | node-dynamodb | ');
        expect(diffReports(old, report).missing).toEqual(['node-dynamodb', 'null']);
        expect(crossings(diffReports(old, old), { p50: 0.1 })).toMatchObject([{ kind: 'undecided' }]);
      });

      it('refuses it damaged, naming the file and a path', () => {
        const old = JSON.parse(fixture(name)) as Report;
        for (const path of pathsOf(old).filter(([first]) => first !== 'schema')) {
          const error = caught(() => readReport(JSON.stringify(damage(old, path, 'null')), name));
          expect([written(path), error]).toEqual([written(path), expect.any(InputError)]);
          expect((error as InputError).message).toContain(`${name}: ${written(path)}`);
        }
      });
    },
  );

  it('is still what the published schema of the earlier version describes', () => {
    for (const version of ['v1', 'v2']) {
      const validate = compile(publishedSchema(`report.${version}.schema.json`));
      expect(validate(JSON.parse(fixture(`report.${version}.json`)))).toBe(true);
    }
  });
});
