import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../src/core/schema/manifest.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { root, services } from './services.ts';
import {
  canaryVector,
  conform,
  countedIn,
  hammer,
  hitVector,
  upTo,
  vectorsFor,
  type Vector,
} from './vectors.ts';

jest.setTimeout(600_000);

/** No server listens on TCP port 1. */
const nowhere = 'http://127.0.0.1:1';

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
});
afterAll(() => laboratory.close());

it('tries every Lambda service of the manifest', () => {
  const { architectures } = parseManifest(readFileSync(join(root, 'templates/architectures.json'), 'utf8'));
  const inManifest = architectures.filter(({ group }) => group !== 'server').map(({ id }) => id);

  expect(services.map(({ id }) => id).sort()).toEqual(inManifest.sort());
});

for (const service of services) {
  const group = service.missing === undefined ? describe : describe.skip;
  group(service.missing === undefined ? service.id : `${service.id}: ${service.missing}`, () => {
    const kind = service.store === 'none' ? 'null' : 'sync-counter';

    it('conforms to every vector, and its store counts what was acknowledged', async () => {
      const vectors = vectorsFor(kind, service.store === 'none' ? 'none' : 'up');
      const deployed = await laboratory.deploy(service);
      expect(await conform(vectors, ({ event }) => deployed.ask(event))).toEqual([]);
      const counted = service.store === 'none' ? { hits: 0, canary: 0 } : countedIn(vectors);
      expect(await deployed.count()).toEqual(counted);
    });

    if (service.store === 'none') return;

    it('counts what a canary is sent apart, while both are counted at once', async () => {
      const deployed = await laboratory.deploy(service);
      const count = (vector: Vector, total: number) => hammer(2, total, () => deployed.ask(vector.event));
      const counts = await Promise.all([count(hitVector, 20), count(canaryVector, 15)]);
      expect(counts).toEqual([upTo(20), upTo(15)]);
      expect(await deployed.count()).toEqual({ hits: 20, canary: 15 });
    });

    it('tells by x-version that the published version 1, or none, answered', async () => {
      const deployed = await laboratory.deploy(service);
      expect((await deployed.ask(hitVector.event)).headers['x-version']).toBe('$LATEST');
      expect((await deployed.ask(hitVector.event, '1')).headers['x-version']).toBe('1');
    });

    it('conforms where its store is down', async () => {
      const deployed = await laboratory.deploy(service, nowhere);
      const down = vectorsFor('sync-counter', 'down');
      expect(await conform(down, ({ event }) => deployed.ask(event))).toEqual([]);
    });

    // Whoever reads before it writes has to try again when another was quicker; a client for each request takes CPU.
    const isSlow = service.store === 's3' || service.id.startsWith('lesson-');
    const [clients, total] = isSlow ? [10, 100] : [50, 2_000];
    it(`counts exactly ${total} increments of ${clients} clients at once`, async () => {
      const deployed = await laboratory.deploy(service);
      expect(await hammer(clients, total, () => deployed.ask(hitVector.event))).toEqual(upTo(total));
      expect(await deployed.count()).toEqual({ hits: total, canary: 0 });
    });
  });
}
