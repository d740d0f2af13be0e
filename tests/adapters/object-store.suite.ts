import type { VersionedStore } from '../../src/ports/index.ts';

/** What every ObjectStore must do; run on each adapter, so that the memory twin cannot drift from the real one. */
export const objectStoreSuite = (makeStore: () => VersionedStore | Promise<VersionedStore>): void => {
  let store: VersionedStore;

  beforeEach(async () => {
    store = await makeStore();
  });

  it('gives back what was put, the latest text', async () => {
    await store.put('suite/a.json', '{"a":"é"}');
    await store.put('suite/a.json', '{"a":"ü"}', 'application/json');
    expect(await store.get('suite/a.json')).toBe('{"a":"ü"}');
  });

  it('tells an empty object from none', async () => {
    await store.put('suite/empty.json', '');
    expect(await store.get('suite/empty.json')).toBe('');
    expect(await store.get('suite/none.json')).toBeUndefined();
  });

  it('puts where nothing is, once', async () => {
    expect(await store.putIfAbsent('suite/lock.json', 'first')).toBe(true);
    expect(await store.putIfAbsent('suite/lock.json', 'second')).toBe(false);
    expect(await store.get('suite/lock.json')).toBe('first');
  });

  it('lets exactly one of several at once put where nothing is', async () => {
    const won = await Promise.all(
      ['1', '2', '3', '4'].map((body) => store.putIfAbsent('suite/race.json', body)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('replaces only the text that it was shown', async () => {
    await store.put('suite/swap.json', 'old');
    expect(await store.replace('suite/swap.json', 'older', 'new')).toBe(false);
    expect(await store.replace('suite/swap.json', 'old', 'new')).toBe(true);
    expect(await store.replace('suite/swap.json', 'old', 'newer')).toBe(false);
    expect(await store.get('suite/swap.json')).toBe('new');
    expect(await store.replace('suite/gone.json', 'old', 'new')).toBe(false);
    expect(await store.get('suite/gone.json')).toBeUndefined();
  });

  it('lets exactly one of several at once replace a text', async () => {
    await store.put('suite/swap.json', 'old');
    const won = await Promise.all(
      ['1', '2', '3'].map((body) => store.replace('suite/swap.json', 'old', body)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('lists all keys under a prefix in lexical order, page after page', async () => {
    for (const key of ['list/b/2', 'list/a', 'list/b/10', 'list/c', 'listed', 'other'])
      await store.put(key, key);
    expect(await store.list('list/')).toEqual(['list/a', 'list/b/10', 'list/b/2', 'list/c']);
    expect(await store.list('list/b/')).toEqual(['list/b/10', 'list/b/2']);
    expect(await store.list('nothing/')).toEqual([]);
  });

  it('tells which objects were replaced by others', async () => {
    const versionOf = async (key: string) =>
      (await store.versions('version/')).find((one) => one.key === key)?.version;
    for (const key of ['version/b', 'version/a', 'other']) await store.put(key, 'old');
    expect((await store.versions('version/')).map(({ key }) => key)).toEqual(['version/a', 'version/b']);
    const before = await versionOf('version/a');
    expect(await versionOf('version/a')).toBe(before);
    await store.put('version/a', 'new');
    expect(await versionOf('version/a')).not.toBe(before);
  });

  it('deletes, also what is not there', async () => {
    await store.put('suite/gone.json', 'x');
    await store.delete('suite/gone.json');
    await store.delete('suite/gone.json');
    expect(await store.get('suite/gone.json')).toBeUndefined();
    expect(await store.list('suite/gone')).toEqual([]);
  });
};
