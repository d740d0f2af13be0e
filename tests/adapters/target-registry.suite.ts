import { InputError } from '../../src/core/errors.ts';
import type { TargetRegistry } from '../../src/ports/index.ts';

export const registryPath = '/latency-lab/suite/targets/';
export const registryParameter = (id: string, change: object = {}): [string, string] => [
  `${registryPath}${id}`,
  JSON.stringify({ version: 1, id, kind: 'sync-counter', url: `http://127.0.0.1/${id}`, ...change }),
];

/** What every TargetRegistry must do with the parameters it finds. */
export const targetRegistrySuite = (
  makeRegistry: (parameters: ReadonlyMap<string, string>) => TargetRegistry | Promise<TargetRegistry>,
): void => {
  const listIds = async (...parameters: [string, string][]): Promise<readonly string[]> =>
    (await (await makeRegistry(new Map(parameters))).list()).map(({ id }) => id);

  it('is empty where nothing is registered', async () => {
    expect(await listIds()).toEqual([]);
  });

  it('lists the targets of its own path in the order of their ids, page after page', async () => {
    const ids = ['k', 'b', 'j', 'c', 'i', 'd', 'h', 'e', 'g', 'f', 'a', 'l'];
    const others: [string, string][] = [
      ['/latency-lab/other/targets/x', 'not a target'],
      ['/latency-lab/suite/x', '{}'],
    ];
    expect(await listIds(...others, ...ids.map((id) => registryParameter(id)))).toEqual([...ids].sort());
  });

  it.each([
    ['is no JSON', [`${registryPath}bad`, '{'] as [string, string]],
    ['has an unknown field', registryParameter('bad', { colour: 'red' })],
    ['has the id of another', registryParameter('bad', { id: 'good' })],
  ])('names the parameter that %s', async (_, bad) => {
    const registry = await makeRegistry(new Map([registryParameter('good'), bad]));
    const failure: unknown = await registry.list().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as InputError).message).toContain(`${registryPath}bad`);
  });
};
