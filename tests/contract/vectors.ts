/** Reads the contract's vectors and checks answers against them; knows no service and no transport. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  departures as departuresFrom,
  type ContractReply,
  type ContractVector,
} from '../../src/core/verify/contract.ts';

export type Vector = ContractVector;
export type Reply = ContractReply;

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
  if (new Set(of('x-request-id')).size !== replies.length) found.push('x-request-id repeats');
  return found;
};
