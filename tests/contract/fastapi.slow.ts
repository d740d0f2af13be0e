import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { startFastapi } from '../../src/local/instances/instances.ts';
import { startReaper, type Reaper } from '../../src/local/reaper/reaper.ts';
import { ownDirectory } from '../support/directory.ts';
import { root } from './services.ts';
import { conform, hammer, upTo, vectorsFor, type Reply } from './vectors.ts';

jest.setTimeout(120_000);

type Server = Awaited<ReturnType<typeof startFastapi>>;

let reaper: Reaper;
let server: Server;
const agent = new Agent({ keepAlive: true, maxSockets: 50 });
beforeEach(async () => {
  reaper = startReaper(root);
  server = await startFastapi({ root, workDir: ownDirectory(), reaper });
});
afterEach(async () => {
  await server.stop();
  await reaper.close();
});
afterAll(() => {
  agent.destroy();
});

const ask = (method: string, target: string, counter?: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const headers = counter === undefined ? {} : { 'x-counter': counter };
    request(`${server.ready.url}${target}`, { method, agent, headers }, (response) => {
      const headers = response.headers as Reply['headers'];
      const status = response.statusCode ?? 0;
      const body = method === 'HEAD' ? (response.resume(), Promise.resolve(undefined)) : text(response);
      body.then((read) => {
        resolve({ status, headers, body: read });
      }, reject);
    })
      .on('error', reject)
      .end();
  });

// A named stage is API Gateway's: a server of its own has none.
const vectors = vectorsFor('sync-counter', 'up').filter(
  ({ event }) => event.requestContext.stage === '$default',
);

describe('the FastAPI service', () => {
  it('conforms to every vector over HTTP', async () => {
    const found = await conform(vectors, ({ event }) => {
      const { requestContext, rawPath, rawQueryString, headers } = event;
      const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
      return ask(requestContext.http.method, `${rawPath}${query}`, headers['x-counter']);
    });
    expect(found).toEqual([]);
  });

  it('counts exactly 2,000 increments of 50 clients at once', async () => {
    expect(await hammer(50, 2_000, () => ask('GET', '/hits'))).toEqual(upTo(2_000));
  });

  it('counts what a canary is sent apart', async () => {
    const bodies: (string | undefined)[] = [];
    for (const counter of ['canary', undefined, 'canary', 'Canary'])
      bodies.push((await ask('GET', '/hits', counter)).body);
    expect(bodies).toEqual(['{"hits":1}', '{"hits":1}', '{"hits":2}', '{"hits":2}']);
  });

  it('tells whoever watches over it that it is healthy, without counting that', async () => {
    expect((await ask('GET', '/healthz')).status).toBe(204);
    const first = await ask('GET', '/hits');
    expect([first.body, first.headers['x-cold']]).toEqual(['{"hits":1}', '1']);
  });
});
