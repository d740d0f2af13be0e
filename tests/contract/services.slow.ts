import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../src/core/schema/manifest.ts';
import { openLaboratory, type DeployedService, type Laboratory } from './laboratory.ts';
import { root, services } from './services.ts';
import { departures, sequenceDepartures, vectorsFor, type Reply, type Vector } from './vectors.ts';

jest.setTimeout(600_000);

/** No server listens on TCP port 1. */
const nowhere = 'http://127.0.0.1:1';

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
});
afterAll(() => laboratory.close());

/** Asks for each vector in turn; everything that departs from the contract, in words. */
const conform = async (deployed: DeployedService, vectors: readonly Vector[]): Promise<readonly string[]> => {
  const replies: Reply[] = [];
  const found: string[] = [];
  for (const vector of vectors) {
    const reply = await deployed.ask(vector.event);
    found.push(...departures(vector, reply).map((what) => `${vector.title}: ${what}`));
    replies.push(reply);
  }
  return [...found, ...sequenceDepartures(replies)];
};

const hitOf = (reply: Reply): number => (JSON.parse(reply.body ?? '') as { hits: number }).hits;

/** `total` increments by `clients`, each sending its next when the last is answered; the counts that were answered. */
const hammer = async (deployed: DeployedService, clients: number, total: number): Promise<number[]> => {
  const [hit] = vectorsFor('sync-counter', 'up').filter(({ title }) => title.startsWith('GET /hits adds'));
  const counts: number[] = [];
  let left = total;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const reply = await deployed.ask(hit!.event);
      if (reply.status !== 200)
        throw new Error(`increment ${total - left} was refused: ${JSON.stringify(reply)}`);
      counts.push(hitOf(reply));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return counts.sort((a, b) => a - b);
};

it('tries every Lambda service of the manifest', () => {
  const { architectures } = parseManifest(readFileSync(join(root, 'templates/architectures.json'), 'utf8'));
  const inManifest = architectures.filter(({ group }) => group === 'lambda').map(({ id }) => id);

  expect(services.map(({ id }) => id).sort()).toEqual(inManifest.sort());
});

for (const service of services) {
  const group = service.missing === undefined ? describe : describe.skip;
  group(service.missing === undefined ? service.id : `${service.id}: ${service.missing}`, () => {
    const kind = service.store === 'none' ? 'null' : 'sync-counter';

    it('conforms to every vector, and its store counts what was acknowledged', async () => {
      const vectors = vectorsFor(kind, service.store === 'none' ? 'none' : 'up');
      const deployed = await laboratory.deploy(service);
      expect(await conform(deployed, vectors)).toEqual([]);
      const hits =
        service.store === 'none' ? [] : vectors.filter(({ expect: { body } }) => body.includes('hits":'));
      expect(await deployed.count()).toBe(hits.length);
    });

    if (service.store === 'none') return;

    it('conforms where its store is down', async () => {
      const deployed = await laboratory.deploy(service, nowhere);
      expect(await conform(deployed, vectorsFor('sync-counter', 'down'))).toEqual([]);
    });

    const [clients, total] = service.store === 's3' ? [10, 100] : [50, 2_000];
    it(`counts exactly ${total} increments of ${clients} clients at once`, async () => {
      const deployed = await laboratory.deploy(service);
      const counts = await hammer(deployed, clients, total);
      expect(counts).toEqual(Array.from({ length: total }, (_, index) => index + 1));
      expect(await deployed.count()).toBe(total);
    });
  });
}
