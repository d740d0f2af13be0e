import { toJsonSchema } from '@valibot/to-json-schema';
import { type Report, reportDefinitions, reportSchema } from '../../../src/core/schema/report.ts';
import { openLoad } from '../../support/loads.ts';
import { compile, publishedSchema, stored } from '../../support/published-schema.ts';
import { coldReport } from './cold-run.ts';
import { furtherFields, type RunSettings, sampleReport } from './sample-run.ts';

const generated = {
  title: 'latency-lab report, version 3',
  description:
    'runs/<runId>/report.json. Times are milliseconds where the name ends in Ms, shares are 0 to 1, nothing is rounded. Response time runs from the planned send, service time from the actual one. Fields may be added within v3.',
  ...toJsonSchema(reportSchema, { target: 'draft-07', definitions: reportDefinitions }),
};
const published = publishedSchema('report.v3.schema.json', generated);

/** The published schema lets later versions add fields; a report of this version has none but those it names. */
const withoutFurtherFields = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(withoutFurtherFields);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, withoutFurtherFields(v)]));
  return 'properties' in schema && 'required' in schema ? { ...inner, additionalProperties: false } : inner;
};

const validate = compile(withoutFurtherFields(published) as object);

const build = (settings: Partial<RunSettings>): Report => sampleReport(settings, furtherFields);

describe('schemas/report.v3.schema.json', () => {
  it('is what the schema module generates', () => {
    expect(published).toEqual(stored(generated));
  });

  it.each([
    ['three rounds, no verdict', {}],
    ['five rounds, verdicts', { rounds: 5 }],
    ['one request', { rounds: 1, requests: 1 }],
    ['the open model', { load: { ...openLoad, rate: 1.5, durationSeconds: 9 } }],
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
    const lenient = compile(published);
    expect(lenient({ ...(stored(build({})) as object), moonlight: {} })).toBe(true);
  });
});
