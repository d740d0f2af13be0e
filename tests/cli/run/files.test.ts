import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryObjectStore } from '../../support/memory.ts';
import { fileStore, makeMirror } from '../../../src/cli/run/files.ts';
import { prepareOut } from '../../../src/cli/run/out-dir.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'latency-lab-files-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('fileStore', () => {
  it('keeps, lists, replaces and deletes objects as a bucket does', async () => {
    const store = fileStore(directory, 'runs/r/');
    await store.put('runs/r/cells/1/node/0/1-0-0.json', 'part');
    expect(await store.putIfAbsent('runs/r/plan.json', 'one')).toBe(true);
    expect(await store.putIfAbsent('runs/r/plan.json', 'two')).toBe(false);
    expect(await store.replace('runs/r/plan.json', 'two', 'three')).toBe(false);
    expect(await store.replace('runs/r/plan.json', 'one', 'three')).toBe(true);
    expect(await store.get('runs/r/plan.json')).toBe('three');
    expect(await store.list('runs/r/')).toEqual(['runs/r/cells/1/node/0/1-0-0.json', 'runs/r/plan.json']);
    expect(await store.list('runs/r/cells/')).toHaveLength(1);
    await store.delete('runs/r/plan.json');
    expect(await store.get('runs/r/plan.json')).toBeUndefined();
    expect(readdirSync(directory)).toEqual(['cells']);
  });

  it('lists nothing where the directory is not there yet', async () => {
    expect(await fileStore(join(directory, 'none'), 'runs/r/').list('runs/r/')).toEqual([]);
  });

  it.each(['runs/r/../../etc/x.json', 'runs/other/plan.json', 'runs/r//plan.json', 'runs/r/'])(
    'refuses the key %s, which would leave its directory',
    async (key) => {
      await expect(fileStore(directory, 'runs/r/').put(key, '')).rejects.toThrow(key);
    },
  );
});

describe('makeMirror', () => {
  it('copies each object once and reports anew when asked to', async () => {
    const objects = new Map([
      ['runs/r/plan.json', 'plan'],
      ['runs/r/cells/1/a/0/1-0-0.json', 'part 0'],
      ['runs/other/plan.json', 'not ours'],
    ]);
    const copy = makeMirror(memoryObjectStore(objects), fileStore(directory, 'runs/r/'), 'runs/r/').copyNew;
    expect((await copy()).map(({ key }) => key)).toEqual([
      'runs/r/cells/1/a/0/1-0-0.json',
      'runs/r/plan.json',
    ]);
    expect(await copy()).toEqual([]);
    objects.set('runs/r/report.json', 'early').set('runs/r/cells/1/a/0/1-0-1.json', 'part 1');
    expect(await copy()).toHaveLength(2);
    objects.set('runs/r/report.json', 'final');
    await copy({ refresh: true });
    expect(await fileStore(directory, 'runs/r/').get('runs/r/report.json')).toBe('final');
    expect(existsSync(join(directory, 'cells/1/a/0/1-0-1.json'))).toBe(true);
  });
});

describe('prepareOut', () => {
  it('makes the directory with its parents and leaves nothing in it', async () => {
    const out = await prepareOut(join(directory, 'a/b'), 'r');
    expect(readdirSync(out)).toEqual([]);
  });

  it('accepts the directory of the same run, and refuses the one of another', async () => {
    writeFileSync(join(directory, 'plan.json'), '{"runId":"r"}');
    await expect(prepareOut(directory, 'r')).resolves.toBe(directory);
    await expect(prepareOut(directory, 's')).rejects.toMatchObject({ field: '--out', exitCode: 2 });
  });

  it('refuses a file, also as a part of the path', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(prepareOut(join(directory, 'file'), 'r')).rejects.toMatchObject({
      hint: expect.stringContaining('file'),
    });
    await expect(prepareOut(join(directory, 'file/x'), 'r')).rejects.toMatchObject({
      hint: expect.stringContaining('name a directory'),
    });
  });
});
