import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownDirectory } from '../../support/directory.ts';
import { memoryObjectStore } from '../../support/memory.ts';
import { fileStore, makeMirror } from '../../../src/cli/run/files.ts';
import { withOut } from '../../../src/cli/run/out-dir.ts';
import { newRunId } from '../../../src/cli/run/request.ts';

let directory: string;
beforeEach(() => {
  directory = ownDirectory();
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
    for (const wanted of ['runs/r/cells/', 'runs/r/cells/1/no', 'runs/r/c', 'runs/r/cells/1/node/0/1-0-'])
      expect(await store.list(wanted)).toEqual(['runs/r/cells/1/node/0/1-0-0.json']);
    expect(await store.list('runs/r/steps/')).toEqual([]);
    expect(await store.list('runs/')).toHaveLength(2);
    await store.delete('runs/r/plan.json');
    expect(await store.get('runs/r/plan.json')).toBeUndefined();
    expect(readdirSync(directory)).toEqual(['cells']);
  });

  it('lets nobody else read what it keeps', async () => {
    await fileStore(directory, 'runs/r/').put('runs/r/cells/1/x.json', 'answers');
    const mode = (path: string): number => statSync(join(directory, path)).mode & 0o777;
    expect([mode('cells'), mode('cells/1/x.json')]).toEqual([0o700, 0o600]);
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
  const part = 'runs/r/cells/1/a/0/1-0-0.json';

  /** A bucket that notes what is read of it, and how much of it at once. */
  const countingBucket = (objects: Map<string, string>) => {
    const store = memoryObjectStore(objects);
    const gets: string[] = [];
    let underWay = 0;
    let most = 0;
    const get = async (key: string): Promise<string | undefined> => {
      gets.push(key);
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      const body = await store.get(key);
      underWay--;
      return body;
    };
    return { ...store, get, taken: () => gets.splice(0), most: () => most };
  };

  it('fetches each object once, and again only what was replaced', async () => {
    const objects = new Map([
      ['runs/r/plan.json', 'plan'],
      [part, 'part 0'],
      ['runs/other/plan.json', 'not ours'],
    ]);
    const bucket = countingBucket(objects);
    const { copyNew } = makeMirror(bucket, fileStore(directory, 'runs/r/'), 'runs/r/');
    const told: string[] = [];
    expect(await copyNew(({ key, body }) => told.push(`${key}: ${body}`))).toBe(2);
    expect(told.sort()).toEqual([`${part}: part 0`, 'runs/r/plan.json: plan']);
    expect(bucket.taken()).toEqual([part, 'runs/r/plan.json']);
    expect(await copyNew()).toBe(0);
    expect(bucket.taken()).toEqual([]);
    objects.set('runs/r/report.json', 'early');
    expect(await copyNew()).toBe(1);
    objects.set('runs/r/report.json', 'final').set('runs/r/cells/1/a/0/1-0-1.json', 'part 1');
    expect(await copyNew()).toBe(2);
    expect(bucket.taken()).toHaveLength(3);
    expect(await fileStore(directory, 'runs/r/').get('runs/r/report.json')).toBe('final');
    expect(existsSync(join(directory, 'cells/1/a/0/1-0-1.json'))).toBe(true);
  });

  it('has a few of thousands of objects in memory at once', async () => {
    const bucket = countingBucket(
      new Map(Array.from({ length: 2_000 }, (_, i) => [`runs/r/cells/1/a/0/1-0-${i}.json`, 'x'])),
    );
    let underWay = 0;
    let most = 0;
    const put = async (): Promise<void> => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
    };
    expect(await makeMirror(bucket, { put }, 'runs/r/').copyNew()).toBe(2_000);
    expect(bucket.most()).toBeLessThanOrEqual(4);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('tells of what it copied before the disk was full, and fetches the rest when it can', async () => {
    const bucket = countingBucket(
      new Map(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`runs/r/${name}`, name])),
    );
    let full = true;
    const put = (key: string) =>
      full && key > 'runs/r/c' ? Promise.reject(new Error('ENOSPC')) : Promise.resolve();
    const { copyNew } = makeMirror(bucket, { put }, 'runs/r/');
    const told: string[] = [];
    await expect(copyNew(({ body }) => told.push(body))).rejects.toThrow('ENOSPC');
    full = false;
    bucket.taken();
    await copyNew(({ body }) => told.push(body));
    expect(bucket.taken()).not.toContain('runs/r/a');
    expect(told.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

describe('withOut', () => {
  const use = (given: string, runId = 'r', overwrite = false) =>
    withOut({ given, runId, overwrite }, (out) => Promise.resolve(out));
  const inside = () => readdirSync(directory, { recursive: true });

  it('makes the directory with its parents for as long as it is used, and leaves none that is empty', async () => {
    await withOut({ given: join(directory, 'a/b'), runId: 'r', overwrite: false }, (out) => {
      expect(readdirSync(out)).toEqual(['.claim']);
      return Promise.resolve();
    });
    expect(inside()).toEqual(['a']);
  });

  it('accepts the directory of the same run, and refuses the one of another', async () => {
    writeFileSync(join(directory, 'plan.json'), '{"runId":"r"}');
    await expect(use(directory)).resolves.toBe(directory);
    await expect(use(directory, 's')).rejects.toMatchObject({ field: '--out', exitCode: 2 });
    expect(inside()).toEqual(['plan.json']);
  });

  it('refuses a directory with a report alone, and replaces it only when told to', async () => {
    writeFileSync(join(directory, 'report.json'), '{"runId":"old"}');
    writeFileSync(join(directory, 'report.csv'), '');
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    await expect(use(directory)).rejects.toThrow(/results; this one holds those of old.*--overwrite/);
    await use(directory, 'r', true);
    expect(inside()).toEqual(['notes.txt']);
  });

  it('gives a directory to one of two that want it at the same time', async () => {
    const slow = () => new Promise((resolve) => setTimeout(resolve, 50, 'done'));
    const both = ['r', 's'].map((runId) => withOut({ given: directory, runId, overwrite: true }, slow));
    const ended = await Promise.allSettled(both);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ended.find((one) => one.status === 'rejected')?.reason).toMatchObject({
      field: '--out',
      message: expect.stringContaining('a directory that no other run uses'),
    });
  });

  it('takes over what a killed process had claimed', async () => {
    // No process has this id: the kernel gives out no more than 4,194,304.
    writeFileSync(join(directory, '.claim'), '99999999');
    await expect(use(directory)).resolves.toBe(directory);
  });

  it('refuses a file, also as a part of the path', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(use(join(directory, 'file'))).rejects.toThrow('It is a file: name a directory');
    await expect(use(join(directory, 'file/x'))).rejects.toThrow('name a directory');
  });
});

describe('newRunId', () => {
  it('never names two runs of the same second alike, and is a run id that sorts by time', () => {
    const at = new Date('2026-11-21T08:26:50Z');
    const ids = Array.from({ length: 10 }, () => newRunId('local', at));
    expect(new Set(ids).size).toBe(10);
    expect(ids[0]).toMatch(/^local-20261121-082650-[0-9a-f]{6}$/);
  });
});
