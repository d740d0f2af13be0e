import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { parseManifest } from '../../src/core/schema/manifest.ts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { architectures } = parseManifest(read('templates/architectures.json'));

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Properties = any;
interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
  readonly Parameters: Properties;
  readonly Mappings: Properties;
}
interface BuildSpec {
  readonly phases: Readonly<Record<string, { readonly commands: readonly string[] }>>;
}

/** Intrinsic functions are read as their plain arguments: `!Ref MemorySize` as `MemorySize`. */
const parsed = (path: string): Template =>
  parseDocument(read(path), { logLevel: 'silent' }).toJS() as Template;

const lambdas = architectures.filter(({ group }) => group === 'lambda');

describe.each(lambdas.map((row) => [row.id, row] as const))('the template of %s', (id, row) => {
  const path = join('templates', row.template);
  const { Resources } = parsed(path);
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
    expect(service).toMatchObject({
      MemorySize: 'MemorySize',
      Architectures: ['CpuArchitecture'],
      AutoPublishAlias: 'live',
      DeploymentPreference: { Enabled: 'GradualRollout', Type: 'DeploymentType' },
    });
    expect(target.FunctionAliasArn).toBe(`${row.functions[0]!}.Alias`);
  });

  it('lets every alarm of its function stop a gradual rollout, and has none without one', () => {
    const { Resources: alarms } = parsed('templates/shared/rollout.yaml');
    const ids = Object.keys(alarms).filter((name) => alarms[name]!.Type === 'AWS::CloudWatch::Alarm');
    expect(ids.map((name): unknown => alarms[name]!.Properties.MetricName)).toEqual([
      'Errors',
      'Throttles',
      'Duration',
    ]);
    expect(service.DeploymentPreference.Alarms).toEqual({
      'Fn::If': ['IsGradual', ids.map((name) => `Rollout.Outputs.${name}`), ['AWS::NoValue']],
    });
    expect(Resources['Rollout']).toMatchObject({
      Condition: 'IsGradual',
      Properties: { Parameters: { FunctionName: row.functions[0] } },
    });
  });
});

describe('shared/http-target.yaml', () => {
  const { Mappings, Parameters } = parsed('templates/shared/http-target.yaml');
  const limits = parsed('templates/root.yaml').Parameters.ApiRateLimit.AllowedValues as readonly number[];
  const stores = Parameters.StoreRate.AllowedValues as readonly number[];

  it('registers the lesser of what the store takes and the API lets through, for every pair of them', () => {
    const lesser = (limit: number, store: number) => Math.min(limit, store === 0 ? limit : store);
    expect(Mappings.MaxRate).toEqual(
      Object.fromEntries(
        limits.map((limit) => [
          limit,
          Object.fromEntries(stores.map((store) => [store, lesser(limit, store)])),
        ]),
      ),
    );
  });
});

describe('what a deployment over the previous release keeps', () => {
  const recorded = JSON.parse(read('tests/templates/stateful-resources.json')) as object;
  const types = new Set(
    Object.values(recorded).flatMap((ids) => Object.values(ids as Record<string, string>)),
  );

  it('is every resource with a state of its own, under the logical id that it was released with', () => {
    const found = readdirSync(join(root, 'templates'), { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => {
        const { Resources } = parsed(join('templates', path));
        const ids = Object.entries(Resources).flatMap(([id, { Type }]) =>
          types.has(Type) ? [[id, Type]] : [],
        );
        return [path, Object.fromEntries(ids) as object] as const;
      })
      .filter(([, ids]) => Object.keys(ids).length > 0);
    // A new one is added to the list. One that is missing or has another type would be deleted with all that it holds.
    expect(Object.fromEntries(found)).toEqual(recorded);
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

  it('calls only programs of the repository, with flags that they have, beside the tools it sets up', () => {
    const called = commands.flatMap(
      (command) => /(?:^|\|\| |\$\()(?:node )?((?:bin|tools)\/\S+)/.exec(command)?.[1] ?? [],
    );
    expect(called).toEqual(['tools/rustup.sh', 'tools/setup.mjs', 'bin/test.mjs']);
    for (const file of called) expect(existsSync(join(root, file))).toBe(true);
    const [flag] = commands.flatMap((command) => /^node bin\/test\.mjs (\S+)$/.exec(command)?.[1] ?? []);
    expect(read('bin/test.mjs')).toContain(`'${flag ?? ''}'`);
    expect(commands.join('\n')).not.toMatch(/curl|apt-get|npm run|pip /);
  });

  it('leaves every setting of SAM CLI to samconfig.toml but where the packaged template goes', () => {
    const sam = commands.filter((command) => command.startsWith('sam '));
    expect(sam).toEqual(['sam build', 'sam package --output-template-file packaged.yaml']);
  });
});
