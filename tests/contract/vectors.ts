/** Reads the contract's vectors and checks answers against them; knows no service and no transport. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  departures as departuresFrom,
  type ContractReply as Reply,
  type ContractVector as Vector,
} from '../../src/core/verify/contract.ts';

export type { Reply, Vector };

const folder = join(__dirname, '../../events/contract');
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const common = read('common.json') as { headers: Record<string, string> };

/** The vectors of one kind and state of the store, in the order of their file names. */
export const vectorsFor = (kind: Vector['kind'], store: Vector['store']): readonly Vector[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'common.json')
    .sort()
    .map((file) => read(file) as Vector)
    .filter((vector) => vector.kind === kind && vector.store === store);

/** Everything in which the reply departs from the vector, in words; empty when it conforms. */
export const departures = (vector: Vector, reply: Reply): readonly string[] =>
  departuresFrom(vector, common.headers, reply);

/** What must hold between the answers of one process, first answer first. */
export const sequenceDepartures = (replies: readonly Reply[]): readonly string[] => {
  const found: string[] = [];
  const of = (name: string): readonly (string | undefined)[] => replies.map((reply) => reply.headers[name]);
  const colds = of('x-cold');
  if (colds[0] !== '1') found.push(`the first answer's x-cold is ${colds[0] ?? 'missing'}, must be 1`);
  if (colds.slice(1).some((cold) => cold !== '0')) found.push('x-cold is not 0 on every later answer');
  if (new Set(of('x-instance')).size !== 1) found.push('x-instance changes within one process');
  if (new Set(of('x-version')).size !== 1) found.push('x-version changes within one process');
  if (new Set(of('x-request-id')).size !== replies.length) found.push('x-request-id repeats');
  return found;
};

/** Asks for each vector in turn; everything that departs from the contract, in words. */
export const conform = async (
  vectors: readonly Vector[],
  ask: (vector: Vector, index: number) => Promise<Reply>,
): Promise<readonly string[]> => {
  const replies: Reply[] = [];
  const found: string[] = [];
  for (const [index, vector] of vectors.entries()) {
    const reply = await ask(vector, index);
    found.push(...departures(vector, reply).map((what) => `${vector.title}: ${what}`));
    replies.push(reply);
  }
  return [...found, ...sequenceDepartures(replies)];
};

/** Both counters of a service: the production one, and that of whoever tries a version out. */
export interface Counts {
  readonly hits: number;
  readonly canary: number;
}

/** How many of the vectors each counter must count. */
export const countedIn = (vectors: readonly Vector[]): Counts => {
  const counted = vectors.filter(({ expect: { body } }) => body.includes('hits":'));
  const canary = counted.filter(({ event }) => event.headers['x-counter'] === 'canary').length;
  return { hits: counted.length - canary, canary };
};

/** The counts that were answered to `total` increments by `clients`, each sending its next when the last is answered. */
export const hammer = async (
  clients: number,
  total: number,
  hit: () => Promise<Reply>,
): Promise<readonly number[]> => {
  const counts: number[] = [];
  let left = total;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const reply = await hit();
      if (reply.status !== 200)
        throw new Error(`increment ${total - left} was refused: ${JSON.stringify(reply)}`);
      counts.push((JSON.parse(reply.body ?? '') as { hits: number }).hits);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return counts.sort((a, b) => a - b);
};

/** 1, 2, ... n: what an exact counter answers. */
export const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index + 1);

/** The vector that adds one. */
export const hitVector = vectorsFor('sync-counter', 'up').find(({ title }) =>
  title.startsWith('GET /hits adds one'),
)!;

/** The vector that adds one to the other counter. */
export const canaryVector = vectorsFor('sync-counter', 'up').find(({ title }) =>
  title.startsWith('GET /hits with x-counter: canary'),
)!;
