import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { parseManifest } from '../../src/core/plan/manifest.ts';

const root = join(__dirname, '../..');
const templates = join(root, 'templates');
const { architectures } = parseManifest(readFileSync(join(templates, 'architectures.json'), 'utf8'));

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Properties: Properties }>>;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Properties = any;

const read = (path: string): Template =>
  parseDocument(readFileSync(join(templates, path), 'utf8'), { logLevel: 'silent' }).toJS() as Template;

const lambdas = architectures.filter(({ group }) => group === 'lambda');

describe.each(lambdas.map((row) => [row.id, row] as const))('the template of %s', (id, row) => {
  const { Resources } = read(row.template);
  const service: Properties = Resources[row.functions[0]!]!.Properties;
  const target: Properties = Resources['Target']!.Properties.Parameters;

  it('builds the service that the manifest names', () => {
    const code = join(templates, dirname(row.template), String(service.CodeUri));
    expect(existsSync(code)).toBe(true);
    expect(relative(root, code)).toBe(row.service);
  });

  it('says the same of itself to its function, to the registry and in the manifest', () => {
    expect(service.Environment.Variables.ARCHITECTURE_ID).toBe(id);
    expect(target).toMatchObject({ TargetId: id, TargetKind: row.kind, Runtime: service.Runtime });
  });

  it('takes memory, processor and rollout from its parameters and publishes the alias that is measured', () => {
    // Intrinsic functions are read as their plain arguments: this is `!Ref MemorySize`.
    expect(service).toMatchObject({
      MemorySize: 'MemorySize',
      Architectures: ['CpuArchitecture'],
      AutoPublishAlias: 'live',
      DeploymentPreference: { Enabled: 'GradualRollout', Type: 'DeploymentType' },
    });
    expect(target.FunctionAliasArn).toBe(`${row.functions[0]!}.Alias`);
  });
});
