import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { runRequest } from '../../../src/core/schema/request.ts';
import { compile, publishedSchema, stored } from '../../support/published-schema.ts';

const generated = {
  title: 'latency-lab execution input, version 1',
  description:
    'Input of an execution of the state machine. Everything has a default: {} measures every registered target. Not all that Plan refuses can be said in a schema.',
  ...toJsonSchema(runRequest, {
    target: 'draft-07',
    typeMode: 'input',
    ignoreActions: ['check', 'finite', 'raw_check', 'transform'],
  }),
};

describe('schemas/execution-input.v1.schema.json', () => {
  const published = publishedSchema('execution-input.v1.schema.json', generated);
  const validate = compile(published);
  const examples = join(__dirname, '../../../events/executions');

  it('is what the schema module generates', () => {
    expect(published).toEqual(stored(generated));
  });

  it.each(readdirSync(examples))('accepts %s', (name) => {
    validate(JSON.parse(readFileSync(join(examples, name), 'utf8')));
    expect(validate.errors).toBeNull();
  });

  it.each([
    [[]],
    ['text'],
    [{ round: 3 }],
    [{ rounds: '3' }],
    [{ load: { requests: 0 } }],
    [{ load: { rate: 5 } }],
    [{ load: { rate: 5, durationSeconds: 5, requests: 5 } }],
    [{ extraTargets: [{ version: 2, id: 'x', kind: 'url', url: 'http://x/' }] }],
    [{ extraTargets: [{ version: 1, id: 'X', kind: 'url', url: 'http://x/' }] }],
    [{ labels: { host: 7 } }],
  ])('refuses %j', (input) => {
    expect(validate(input)).toBe(false);
  });
});
