import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Architecture } from '../../../src/core/schema/manifest.ts';
import { withoutDisabled } from '../../../src/local/deploy/build.ts';
import { fingerprint } from '../../../src/local/deploy/builds.ts';
import { split } from '../../../src/local/deploy/toolchains.ts';
import { ownDirectory } from '../../support/directory.ts';

describe('fingerprint', () => {
  let root: string;
  beforeEach(() => {
    root = ownDirectory();
    write('src/a.ts', 'a');
    write('src/deep/b.ts', 'b');
  });
  const write = (file: string, content: string, at = root): void => {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    writeFileSync(join(at, file), content);
  };
  const of = (words: string[] = [], at = root) =>
    fingerprint(at, ['src', 'one-file.json', 'not-there'], words);

  it('is the same for the same input', async () => {
    expect(await of(['x'])).toMatch(/^[0-9a-f]{16}$/);
    expect(await of(['x'])).toBe(await of(['x']));
  });

  it('is the same in another place', async () => {
    const before = await of();
    const elsewhere = ownDirectory();
    write('src/a.ts', 'a', elsewhere);
    write('src/deep/b.ts', 'b', elsewhere);
    expect(await of([], elsewhere)).toBe(before);
  });

  it.each([
    ['a changed file', 'src/deep/b.ts', 'c'],
    ['a new file', 'src/c.ts', ''],
    ['a single file', 'one-file.json', '{}'],
  ])('changes with %s', async (_, file, content) => {
    const before = await of();
    write(file, content);
    expect(await of()).not.toBe(before);
  });

  it('tells a content that moved to another file', async () => {
    const before = await of();
    write('src/a.ts', 'b');
    write('src/deep/b.ts', 'a');
    expect(await of()).not.toBe(before);
  });

  it('changes with the words and with where one ends', async () => {
    const keys = await Promise.all([of([]), of(['ab']), of(['a', 'b']), of(['b', 'a'])]);
    expect(new Set(keys).size).toBe(4);
  });

  it('ignores what building leaves behind', async () => {
    const before = await of();
    for (const file of ['src/target/x', 'src/__pycache__/x', 'src/node_modules/x', 'src/.cache/x'])
      write(file, 'x');
    expect(await of()).toBe(before);
  });
});

const template = `
AWSTemplateFormatVersion: '2010-09-09'
Conditions:
  UseA: { Fn::Equals: [{ Ref: EnableA }, 'true'] }
  UseB: { Fn::Equals: [{ Ref: EnableB }, 'true'] }
  Gradual: { Fn::Equals: [{ Ref: EnableB }, 'false'] }
Resources:
  A:
    Type: T
    Condition: UseA
    Properties:
      Flag: 'yes'
      Answer: 'true'
      Day: '2010-09-09'
      Octal: '010'
  B:
    Type: T
    Condition: UseB
  C:
    Type: T
  D:
    Type: T
    Condition: Gradual
`;
interface Parsed {
  readonly AWSTemplateFormatVersion: string;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, { readonly Properties?: unknown }>>;
}
const without = (...disabled: string[]) => JSON.parse(withoutDisabled(template, disabled)) as Parsed;

describe('withoutDisabled', () => {
  it("drops what a disabled parameter's condition asks to be 'true'", () => {
    expect(Object.keys(without('EnableB').Resources)).toEqual(['A', 'C', 'D']);
    expect(Object.keys(without('EnableA', 'EnableB').Resources)).toEqual(['C', 'D']);
  });

  it('keeps everything when nothing is disabled, or only what no condition knows', () => {
    expect(Object.keys(without().Resources)).toEqual(['A', 'B', 'C', 'D']);
    expect(Object.keys(without('EnableZ').Resources)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('keeps texts that older YAML takes for other types', () => {
    const { AWSTemplateFormatVersion, Resources } = without('EnableB');
    expect(AWSTemplateFormatVersion).toBe('2010-09-09');
    expect(Resources['A']?.Properties).toEqual({
      Flag: 'yes',
      Answer: 'true',
      Day: '2010-09-09',
      Octal: '010',
    });
  });

  it('keeps the conditions, which others may refer to', () => {
    expect(Object.keys(without('EnableB').Conditions)).toEqual(['UseA', 'UseB', 'Gradual']);
  });
});

const architecture = (id: string, toolchains: Architecture['toolchains'], local = true): Architecture => ({
  ...{ id, title: id, kind: 'sync-counter', template: 't', enabledBy: `Enable${id}` },
  ...{ functions: [], toolchains, service: 's', group: 'lambda', local },
});
const all = [
  architecture('node', ['node']),
  architecture('rust', ['cargo']),
  architecture('cpp', ['make', 'cargo']),
];

describe('split', () => {
  it('builds everything when nothing is missing', () => {
    expect(split(all, {})).toEqual({ buildable: all, leftOut: [] });
  });

  it('leaves out what needs a missing toolchain, and says how to get each', () => {
    const { buildable, leftOut } = split(all, { cargo: 'install Rust', make: 'apt-get install make' });
    expect(buildable.map(({ id }) => id)).toEqual(['node']);
    expect(leftOut).toEqual([
      { id: 'rust', reason: 'cargo is missing: install Rust' },
      { id: 'cpp', reason: 'make is missing: apt-get install make; cargo is missing: install Rust' },
    ]);
  });

  it('leaves out what the local plane cannot run, whatever is installed', () => {
    const { buildable, leftOut } = split([architecture('fargate', ['node'], false)], {});
    expect(buildable).toEqual([]);
    expect(leftOut).toEqual([{ id: 'fargate', reason: expect.stringContaining('AWS account') }]);
  });
});
