import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { parseManifest } from '../../src/core/schema/manifest.ts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { architectures } = parseManifest(read('templates/architectures.json'));

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Properties = any;
type Template = Readonly<Record<'Resources', Readonly<Record<string, { readonly Properties: Properties }>>>>;
interface BuildSpec {
  readonly phases: Readonly<Record<string, { readonly commands: readonly string[] }>>;
}

const lambdas = architectures.filter(({ group }) => group === 'lambda');

describe.each(lambdas.map((row) => [row.id, row] as const))('the template of %s', (id, row) => {
  const path = join('templates', row.template);
  const { Resources } = parseDocument(read(path), { logLevel: 'silent' }).toJS() as Template;
  const service: Properties = Resources[row.functions[0]!]!.Properties;
  const target: Properties = Resources['Target']!.Properties.Parameters;

  it('builds the service that the manifest names', () => {
    const code = join(root, dirname(path), String(service.CodeUri));
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

describe('the lab as a stack', () => {
  it('says by an output of which release it is, and by a tag that it is a lab', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(parse(read('templates/root.yaml'), { logLevel: 'silent' })).toMatchObject({
      Outputs: { LatencyLab: { Value: version } },
    });
    expect(read('samconfig.toml')).toMatch(/^tags = "project=latency-lab"$/m);
  });
});

describe('buildspec.yml', () => {
  const { phases } = parse(read('buildspec.yml')) as BuildSpec;
  const commands = Object.values(phases).flatMap((phase) => phase.commands);

  it('calls only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
    const called = commands.flatMap((command) => /^npm run (\S+)$/.exec(command)?.[1] ?? []);
    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('leaves every setting of SAM CLI to samconfig.toml but where the packaged template goes', () => {
    const sam = commands.filter((command) => command.startsWith('sam '));
    expect(sam).toEqual(['sam build', 'sam package --output-template-file packaged.yaml']);
  });
});
