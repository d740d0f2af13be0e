import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface BuildSpec {
  readonly phases: Readonly<Record<string, { readonly commands: readonly string[] }>>;
}

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
