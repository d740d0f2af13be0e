import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fingerprint } from '../../../src/local/deploy/fingerprint.ts';
import { temporaryDirectory } from '../fixtures/bundle.ts';

describe('fingerprint', () => {
  let root: string;
  beforeEach(() => {
    root = temporaryDirectory();
    write('src/a.ts', 'a');
    write('src/deep/b.ts', 'b');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const write = (file: string, content: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  };
  const of = (words: string[] = []) => fingerprint(root, ['src', 'one-file.json', 'not-there'], words);

  it('is the same for the same input', async () => {
    expect(await of(['x'])).toMatch(/^[0-9a-f]{16}$/);
    expect(await of(['x'])).toBe(await of(['x']));
  });

  it('is the same in another place', async () => {
    const before = await of();
    const elsewhere = temporaryDirectory();
    mkdirSync(join(elsewhere, 'src', 'deep'), { recursive: true });
    writeFileSync(join(elsewhere, 'src', 'a.ts'), 'a');
    writeFileSync(join(elsewhere, 'src', 'deep', 'b.ts'), 'b');
    expect(await fingerprint(elsewhere, ['src', 'one-file.json', 'not-there'], [])).toBe(before);
    rmSync(elsewhere, { recursive: true });
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
