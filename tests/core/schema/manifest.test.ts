import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../../src/core/schema/manifest.ts';

const text = readFileSync(join(__dirname, '../../../templates/architectures.json'), 'utf8');
const row = {
  id: 'a',
  title: 'A',
  kind: 'sync-counter',
  template: 'architectures/a/template.yaml',
  enabledBy: 'EnableA',
  functions: ['AFunction'],
  toolchains: ['node'],
  service: 'src/services/a',
  group: 'lambda',
  local: true,
};
const other = {
  ...row,
  id: 'b',
  template: 'architectures/b/template.yaml',
  enabledBy: 'EnableB',
  functions: ['BFunction'],
};
const parse = (...architectures: unknown[]) => parseManifest(JSON.stringify({ architectures }));

describe('parseManifest', () => {
  it('reads the manifest that the templates go by', () => {
    expect(parseManifest(text).architectures.map(({ id }) => id)).toContain('null');
  });

  it('accepts two rows that share nothing', () => {
    expect(parse(row, other).architectures).toHaveLength(2);
  });

  it.each([
    ['id', 7],
    ['title', ''],
    ['kind', 'counter'],
    ['template', undefined],
    ['enabledBy', null],
    ['functions', 'AFunction'],
    ['toolchains', ['fortran']],
    ['service', 1],
    ['group', ''],
    ['local', 'yes'],
  ])('names row and field when %s is %j', (field, value) => {
    expect(() => parse(other, { ...row, [field]: value })).toThrow(`architectures[1].${field}`);
  });

  it.each(['id', 'enabledBy', 'functions'] as const)('refuses two rows with the same %s', (field) => {
    expect(() => parse(row, { ...other, [field]: row[field] })).toThrow(`architectures.${field}`);
  });

  it('takes one template for two rows, with the same functions', () => {
    const { template, functions } = row;
    expect(parse(row, { ...other, template, functions }).architectures).toHaveLength(2);
  });

  it('refuses a manifest without architectures', () => {
    expect(() => parseManifest('{}')).toThrow('architectures');
  });
});
