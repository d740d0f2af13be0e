import { memoryObjectStore } from '../../support/memory.ts';
import { PartWriter, SamplesLostError } from '../../../src/app/generate/session.ts';
import type { ObjectStore } from '../../../src/ports/index.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A store that refuses the puts whose number, counted from 1, `refuses`. */
const unreliable = (refuses: (put: number) => boolean) => {
  const objects = new Map<string, string>();
  const inner = memoryObjectStore(objects);
  let puts = 0;
  const store: ObjectStore = {
    ...inner,
    put: (key, body) => (refuses(++puts) ? Promise.reject(new Error('store down')) : inner.put(key, body)),
  };
  const clock = new VirtualClock();
  return { objects, clock, writer: new PartWriter(store, clock), puts: () => puts };
};

describe('PartWriter', () => {
  it('writes each part once, in their order', async () => {
    const { objects, clock, writer, puts } = unreliable(() => false);
    void writer.write('a', '1');
    void writer.write('b', '2');
    await clock.run(writer.close());
    expect([...objects]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect([puts(), clock.now()]).toEqual([2, 0]);
  });

  it('keeps a part that could not be written and tries it again with the next one', async () => {
    const { objects, clock, writer } = unreliable((put) => put === 1);
    await clock.run(writer.write('a', '1'));
    expect([...objects]).toEqual([]);
    await clock.run(writer.write('b', '2'));
    expect([...objects.keys()]).toEqual(['a', 'b']);
  });

  it('tries again at the end, waiting longer each time', async () => {
    const { objects, clock, writer } = unreliable((put) => put <= 4);
    void writer.write('a', '1');
    await clock.run(writer.close());
    expect([...objects.keys()]).toEqual(['a']);
    expect(clock.now()).toBe(250 + 500 + 1000);
  });

  it('fails loudly, naming what was lost, when the store stays down', async () => {
    const { clock, writer, puts } = unreliable(() => true);
    await clock.run(writer.write('a', '1'));
    await clock.run(writer.write('b', '2'));
    const closing = clock.run(writer.close());
    await expect(closing).rejects.toThrow(SamplesLostError);
    await expect(closing).rejects.toThrow('2 parts could not be stored: a, b');
    await expect(closing).rejects.toMatchObject({ cause: { message: 'store down' } });
    expect(puts()).toBe(7);
  });
});
