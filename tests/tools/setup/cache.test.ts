import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, cacheRoot } from '../../../tools/setup/cache.mjs';
import { ownDirectory } from '../../support/directory.ts';

describe('cacheRoot', () => {
  it('prefers the own variable, then the XDG one; an empty one counts as unset', () => {
    expect(cacheRoot({ LATENCY_LAB_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheRoot({ LATENCY_LAB_CACHE: '', XDG_CACHE_HOME: '/b' })).toBe('/b/latency-lab');
    expect(cacheRoot({ XDG_CACHE_HOME: '' })).toMatch(/\/\.cache\/latency-lab$/);
  });
});

describe('cached', () => {
  let cache: string;
  let builds: number;
  beforeEach(() => {
    cache = join(ownDirectory(), 'deep', 'cache');
    builds = 0;
  });

  const build = (dir: string): Promise<void> => {
    builds += 1;
    writeFileSync(join(dir, 'tool'), 'x');
    return Promise.resolve();
  };
  const get = (key = 'lock 1', how = build) =>
    cached({ cache, name: 'tool', key: [key], probe: 'tool', build: how });

  it('builds once and gives the same directory ever after', async () => {
    const dir = await get();
    expect(existsSync(join(dir, 'tool'))).toBe(true);
    expect(await get()).toBe(dir);
    expect(builds).toBe(1);
  });

  it('builds again for another key, and keeps the old one', async () => {
    const first = await get('lock 1');
    const second = await get('lock 2');
    expect(second).not.toBe(first);
    expect(await get('lock 1')).toBe(first);
    expect(builds).toBe(2);
  });

  it('removes what nobody has used for 30 days when something new comes', async () => {
    const [old, used] = [await get('lock 1'), await get('lock 2')];
    const long = new Date(Date.now() - 31 * 86_400_000);
    for (const file of readdirSync(cache).filter((name) => name.endsWith('.json')))
      utimesSync(join(cache, file), long, long);
    await get('lock 2');
    await get('lock 3');
    expect([existsSync(old), existsSync(used)]).toEqual([false, true]);
    expect(readdirSync(cache).filter((name) => name.endsWith('.json'))).toHaveLength(2);
  });

  it('builds again when what it had built is gone or broken, and removes the rest', async () => {
    const first = await get();
    rmSync(join(first, 'tool'));
    const second = await get();
    expect(second).not.toBe(first);
    expect(existsSync(first)).toBe(false);
  });

  it('builds once for many who ask at the same time', async () => {
    const dirs = await Promise.all(Array.from({ length: 5 }, () => get()));
    expect(new Set(dirs).size).toBe(1);
    expect(builds).toBe(1);
  });

  it('leaves nothing of a build that failed, and tries again', async () => {
    const failing = (dir: string) => {
      writeFileSync(join(dir, 'half'), 'x');
      return Promise.reject(new Error('on purpose'));
    };
    await expect(get('lock 1', failing)).rejects.toMatchObject({
      name: 'SetupError',
      message: 'setting up tool: on purpose',
    });
    expect(readdirSync(cache)).toEqual([]);
    expect(existsSync(join(await get(), 'tool'))).toBe(true);
  });

  it('says how to mend a full device', async () => {
    const full = () => Promise.reject(new Error('ENOSPC: no space left on device, write'));
    await expect(get('lock 1', full)).rejects.toThrow(/full: free some space, or set LATENCY_LAB_CACHE/);
  });

  it('takes over from a builder that was killed', async () => {
    await get();
    const [id = ''] = readdirSync(cache).filter((name) => name.endsWith('.json'));
    const key = id.replace('.json', '');
    for (const name of readdirSync(cache)) rmSync(join(cache, name), { recursive: true });
    // No process can have this id: it is beyond the largest that Linux allows.
    writeFileSync(join(cache, `${key}.lock`), '4194305');
    mkdirSync(join(cache, `${key}-half`));
    const dir = await get();
    expect(readdirSync(cache).sort()).toEqual([dir.slice(cache.length + 1), `${key}.json`].sort());
  });

  it('says where it cannot write', async () => {
    mkdirSync(join(cache, '..'), { recursive: true });
    writeFileSync(cache, 'a file');
    await expect(get()).rejects.toThrow(
      /cannot create .*cache.*\nSet LATENCY_LAB_CACHE to a directory that can be written/,
    );
  });
});
