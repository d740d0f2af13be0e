import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type CollectionTag, type ScalarTag } from 'yaml';

const root = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Intrinsic functions as plain values: a reference as its parameter's value, a list as its parts, a choice as its first. */
const values: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-2',
  'AWS::AccountId': '123456789012',
  Branch: 'main',
  ResourcePrefix: 'latency-lab',
  DevTest: 'pipeline.json',
  ProdTest: 'pipeline.json',
};
const template = (path: string, more: Readonly<Record<string, string>> = {}) => {
  const known = { ...values, ...more };
  const fill = (text: string): string =>
    text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => known[name] ?? whole);
  const customTags: (ScalarTag | CollectionTag)[] = [
    { tag: '!Ref', resolve: (text: string) => known[text] ?? text },
    { tag: '!Sub', resolve: (text: string) => fill(text) },
  ];
  return parse(read(path), { customTags, logLevel: 'silent' }) as {
    Resources: Record<string, { Properties: { EventPattern: Pattern; Stages: Stage[] } }>;
  };
};

interface Pattern {
  readonly [field: string]: readonly string[] | Pattern;
}
interface Action {
  readonly Name: string;
  readonly RunOrder?: number;
  readonly InputArtifacts?: readonly { Name: string }[];
  readonly Configuration?: Readonly<Record<string, string>>;
}
interface Stage {
  readonly Name: string;
  readonly Actions: readonly Action[];
}

/** As EventBridge matches by exact values: every field of the pattern, each with one of its values; an array with any of its own. */
const matches = (pattern: Pattern, event: unknown): boolean =>
  Object.entries(pattern).every(([field, allowed]) => {
    const given = (event as Record<string, unknown>)[field];
    if (!Array.isArray(allowed)) return given !== undefined && matches(allowed as Pattern, given);
    return [given].flat().some((value) => (allowed as readonly unknown[]).includes(value));
  });

describe.each([
  ['codecommit-push.json', 'Pushed', { Repository: 'latency-lab' }, ['detail', 'referenceName']],
  [
    's3-upload.json',
    'Uploaded',
    { Repository: 'latency-lab-source', Branch: 'latency-lab.zip' },
    ['detail', 'object', 'key'],
  ],
])('events/triggers/%s', (file, rule, parameters, path) => {
  const { EventPattern } = template('templates/pipeline/source.yaml', parameters).Resources[rule]!.Properties;
  const event = JSON.parse(read(`events/triggers/${file}`)) as object;

  it('starts the pipeline', () => {
    expect(matches(EventPattern, event)).toBe(true);
  });

  it('does not when it is of another branch or object', () => {
    const other = structuredClone(event) as Record<string, unknown>;
    const holder = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, other);
    holder[path.at(-1)!] = 'other';
    expect(matches(EventPattern, other)).toBe(false);
  });
});

describe('the stages of pipeline.yaml', () => {
  const { Stages } = template('templates/pipeline.yaml').Resources['Pipeline']!.Properties;
  const stages = Stages.filter(({ Name }) => ['Dev', 'Prod'].includes(Name));

  it.each(stages.map(({ Name, Actions }) => [Name, Actions] as const))(
    '%s prepares, deploys, then tests',
    (name, actions) => {
      const named = actions.filter(({ Name }) => typeof Name === 'string');
      expect(named.map(({ Name }) => Name)).toEqual(['Prepare', 'Deploy', 'Test']);
      const orders = named.map(({ RunOrder }) => RunOrder!);
      expect(orders).toEqual([...orders].sort((a, b) => a - b));
      expect(new Set(orders).size).toBe(3);
      const stack = `latency-lab-${name.toLowerCase()}`;
      const [prepare, deploy, test] = named.map(({ Configuration = {} }) => Configuration);
      expect([prepare!['StackName'], deploy!['StackName']]).toEqual([stack, stack]);
      expect(deploy!['ChangeSetName']).toBe(prepare!['ChangeSetName']);
      // As root.yaml makes it of the two parameters that the stage gives.
      const { LabName, ResourcePrefix } = JSON.parse(prepare!['ParameterOverrides']!) as Record<
        string,
        string
      >;
      expect(test!['StateMachineArn']).toMatch(
        new RegExp(`:stateMachine:${ResourcePrefix}-${LabName}-compare$`),
      );
    },
  );

  it('find in the artefact what they take of it', () => {
    const { artifacts } = parse(read('buildspec.yml')) as { artifacts: { files: string[] } };
    const taken = stages
      .flatMap(({ Actions }) => Actions)
      .flatMap(({ Configuration: c }) => [
        c?.['TemplateConfiguration']?.replace('Package::', ''),
        c?.['Input'],
      ])
      .filter((path) => path !== undefined);
    expect(taken.length).toBe(4);
    for (const path of taken) {
      expect(existsSync(join(root, path))).toBe(true);
      expect(
        artifacts.files.some(
          (file) => file === path || (file.endsWith('/*') && path.startsWith(file.slice(0, -1))),
        ),
      ).toBe(true);
    }
    expect(artifacts.files).toContain('packaged.yaml');
  });

  it.each(['dev', 'prod'])('%s.json sets parameters that root.yaml has', (stage) => {
    const { Parameters } = parse(read('templates/root.yaml'), { logLevel: 'silent' }) as {
      Parameters: object;
    };
    const given = JSON.parse(read(`templates/pipeline/${stage}.json`)) as { Parameters: object };
    for (const name of Object.keys(given.Parameters)) expect(Parameters).toHaveProperty(name);
  });
});
