import { conform, sendableVectors } from '../../src/app/conform.ts';
import type { ContractVector } from '../../src/core/verify/contract.ts';
import type { HttpReply, HttpRequest, Exchange } from '../../src/ports/index.ts';
import { vectorsFor } from '../contract/vectors.ts';

const common = { 'cache-control': '^no-store$' };
const vectors = sendableVectors(
  [...vectorsFor('sync-counter', 'up'), ...vectorsFor('sync-counter', 'down')],
  'sync-counter',
);
const hits = vectors.find(
  ({ event }) => event.rawPath === '/hits' && event.requestContext.http.method === 'GET',
)!;

/** Answers what `reply` says and remembers what was asked. */
const service = (reply: Exchange['result']) => {
  const asked: HttpRequest[] = [];
  const httpConnection = (request: HttpRequest) => {
    asked.push(request);
    return { send: () => Promise.resolve({ sentMs: 0, endMs: 1, result: reply }), close: () => undefined };
  };
  return { asked, deps: { httpConnection, timeoutMs: 100 } };
};

const good: HttpReply = {
  status: 200,
  headers: new Map([
    ['content-type', 'application/json'],
    ['cache-control', 'no-store'],
  ]),
  body: '{"hits":1}',
};
const judge = (reply: Exchange['result'], vector: ContractVector = hits) =>
  conform(service(reply).deps, 'http://h', [vector], common);

describe('sendableVectors', () => {
  it('leaves out what a plain request cannot carry: a dead store and a named stage', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(8);
    expect(vectors.map(({ store }) => store)).not.toContain('down');
    expect(vectors.map(({ event }) => event.rawPath)).not.toContain('/lab/hits');
  });
});

describe('conform', () => {
  it('asks for method, path and query of each vector', async () => {
    const { asked, deps } = service(good);
    await conform(deps, 'http://h:1/base', vectors, common);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(
      expect.arrayContaining([
        'GET http://h:1/base/hits',
        'GET http://h:1/base/hits?from=page',
        'HEAD http://h:1/base/hits',
      ]),
    );
    expect(asked).toHaveLength(vectors.length);
  });

  it('finds nothing in an answer that conforms', async () => {
    expect(await judge(good)).toEqual([{ title: hits.title, departures: [] }]);
  });

  it('names what departs', async () => {
    const [found] = await judge({ ...good, status: 201, headers: new Map() });
    expect(found?.departures.map((text) => text.split(' ')[0])).toEqual([
      'status',
      'cache-control',
      'content-type',
    ]);
  });

  it('does not miss a body where HTTP has none', async () => {
    const head = vectors.find(({ event }) => event.requestContext.http.method === 'HEAD')!;
    expect(await judge({ ...good, status: 404, body: '' }, head)).toEqual([
      { title: head.title, departures: [] },
    ]);
  });

  it('tells that no answer came', async () => {
    expect(await judge({ error: 'connect', message: 'refused' })).toMatchObject([
      { departures: ['refused'] },
    ]);
  });
});
