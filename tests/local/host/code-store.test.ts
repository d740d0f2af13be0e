import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownDirectory } from '../../support/directory.ts';
import { eventually } from '../fixtures/processes.ts';
import { createCodeStore, readZip } from '../../../src/local/host/code-store.ts';
import { makeZip } from './zip-file.ts';

describe('readZip', () => {
  const read = async (zip: Buffer): Promise<unknown[]> => {
    const entries: unknown[] = [];
    for await (const entry of readZip(zip))
      entries.push([entry.path, entry.kind, entry.mode, (await entry.read()).length]);
    return entries;
  };

  it('gives paths, kinds, permissions and bytes', async () => {
    const zip = makeZip([
      { path: 'bin/', data: '', mode: 0o040755 },
      { path: 'bin/bootstrap', data: 'x'.repeat(100_000), mode: 0o100755 },
      { path: 'lib/link.so', data: 'link.so.1', mode: 0o120777 },
      { path: './plain', data: '', mode: 0 },
    ]);
    expect(await read(zip)).toEqual([
      ['bin', 'directory', 0o755, 0],
      ['bin/bootstrap', 'file', 0o755, 100_000],
      ['lib/link.so', 'link', 0o777, 9],
      ['plain', 'file', 0o644, 0],
    ]);
  });

  it.each([
    ['../up', 'invalid relative path: ../up'],
    ['/etc/passwd', 'absolute path: /etc/passwd'],
    ['a/../../up', 'invalid relative path: a/../../up'],
    ['a\\b', 'invalid characters in fileName: a\\b'],
    ['', 'unsafe path'],
  ])('refuses the path %j', async (path, message) => {
    await expect(read(makeZip([{ path, data: '' }]))).rejects.toThrow(message);
  });

  it('refuses what is no archive, is cut, or lies about sizes', async () => {
    const zip = makeZip([{ path: 'a', data: 'hello hello hello' }]);
    for (const other of [Buffer.from('no archive, but more than twenty-two bytes'), zip.subarray(0, 40)])
      await expect(read(other)).rejects.toThrow('not a zip file');
    const at = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const lying = Buffer.from(zip);
    lying.writeUInt32LE(5, at + 24);
    await expect(read(lying)).rejects.toThrow('too many bytes');
    const bomb = Buffer.from(zip);
    bomb.writeUInt32LE(300_000_000, at + 24);
    await expect(read(bomb)).rejects.toThrow('unpacks to more than');
  });
});

describe('createCodeStore', () => {
  it('unpacks a package as soon as it is there, and takes no notice of anything else', async () => {
    const directory = ownDirectory();
    const [codeDir, workDir] = [join(directory, 'code'), join(directory, 'work')];
    mkdirSync(codeDir);
    const store = createCodeStore(codeDir, workDir);
    const zip = makeZip([{ path: 'a', data: 'x' }]);
    const sha256 = createHash('sha256').update(zip).digest('hex');
    writeFileSync(join(codeDir, 'part'), zip);
    writeFileSync(join(codeDir, `${'0'.repeat(64)}.zip`), 'damaged');
    renameSync(join(codeDir, 'part'), join(codeDir, `${sha256}.zip`));
    const unpacked = join(workDir, 'task', sha256, 'a');
    await eventually('unpacked', () => existsSync(unpacked));
    expect(await store.task(sha256)).toBe(join(workDir, 'task', sha256));
    await expect(store.task('0'.repeat(64))).rejects.toThrow('holds other code');
    store.close();
  });
});
