import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import Ajv, { type ValidateFunction } from 'ajv';
import { type Report, reportDefinitions, reportSchema } from '../../../src/core/schema/report.ts';
import { coldReport } from './cold-run.ts';
import { type RunSettings, sampleReport } from './sample-run.ts';

const file = join(__dirname, '../../../schemas/report.v2.schema.json');
const generated = {
  title: 'latency-lab report, version 2',
  description:
    'runs/<runId>/report.json. Times are milliseconds where the name ends in Ms, shares are 0 to 1, nothing is rounded. Response time runs from the planned send, service time from the actual one. Fields may be added within v2.',
  ...toJsonSchema(reportSchema, { target: 'draft-07', definitions: reportDefinitions }),
};
// UPDATE_SCHEMAS=1 npx jest tests/core/report/schema.test.ts writes the file anew.
if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(file, JSON.stringify(generated, null, 2));
const published = readFileSync(file, 'utf8');

/** The published schema lets later versions add fields; a report of this version has none but those it names. */
const withoutFurtherFields = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(withoutFurtherFields);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, withoutFurtherFields(v)]));
  return 'properties' in schema && 'required' in schema ? { ...inner, additionalProperties: false } : inner;
};

const compile = (schema: unknown): ValidateFunction => {
  const ajv = new Ajv({ allErrors: true });
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema as object);
};
const validate = compile(withoutFurtherFields(JSON.parse(published)));

const build = (settings: Partial<RunSettings>): Report =>
  sampleReport(settings, {
    outcome: { ok: false, error: 'States.Timeout', cause: 'too long' },
    remarks: ['one object cannot be read'],
    architectures: [{ id: 'null', title: 'floor', reference: { meanMs: 1, dollars: 2, per: 'month' } }],
  });
const stored = (report: Report): unknown => JSON.parse(JSON.stringify(report));

describe('schemas/report.v2.schema.json', () => {
  it('is what the schema module generates', () => {
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(generated)));
  });

  it.each([
    ['three rounds, no verdict', {}],
    ['five rounds, verdicts', { rounds: 5 }],
    ['one request', { rounds: 1, requests: 1 }],
    [
      'the open model',
      {
        load: {
          model: 'open',
          rate: 1.5,
          durationSeconds: 9,
          warmup: 1,
          timeoutMs: 99,
          maxConnections: 9,
        } as const,
      },
    ],
    [
      'left-out architectures',
      { plan: { leftOut: [{ id: 'x', reason: 'no cargo' }], plane: 'aws' as const } },
    ],
  ])('describes a report of %s completely', (_name, settings) => {
    validate(stored(build(settings)));
    expect(validate.errors).toBeNull();
  });

  it('describes the report of a run that left nothing', () => {
    validate(stored(sampleReport({}, { verifications: [], cells: [] })));
    expect(validate.errors).toBeNull();
  });

  it('describes the cold starts that verification saw, and refuses one without a time', () => {
    validate(stored(coldReport));
    expect(validate.errors).toBeNull();
    const spoilt = JSON.stringify(coldReport).replace('"aloneMs":[454.182]', '"aloneMs":[null]');
    expect(validate(JSON.parse(spoilt))).toBe(false);
  });

  it('refuses another schema, a missing field, a number as text and an unknown state', () => {
    const report = build({});
    const [first] = report.targets;
    expect(validate({ ...report, schema: 'latency-lab.report.v1' })).toBe(false);
    expect(validate({ ...report, method: {} })).toBe(false);
    expect(validate({ ...report, targets: [{ ...first, state: 'fine' }] })).toBe(false);
    expect(validate({ ...report, targets: [{ ...first, throughputPerSecond: '1' }] })).toBe(false);
  });

  it('lets later versions add fields', () => {
    const lenient = compile(JSON.parse(published));
    expect(lenient({ ...(stored(build({})) as object), cost: {} })).toBe(true);
  });
});
