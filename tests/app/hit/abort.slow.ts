import { httpConnection } from '../../../src/adapters/http/client.ts';
import { startPacer } from '../../../src/adapters/pacer.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import { hit } from '../../../src/app/hit/hit.ts';
import { ok, rawServer } from '../../support/raw-server.ts';

describe('hit when it is aborted', () => {
  it('gives up a request that is never answered, and tells what it has', async () => {
    const abort = new AbortController();
    let requests = 0;
    const server = await rawServer((socket) => {
      if (++requests <= 3) socket.write(ok(''));
      else abort.abort();
    });
    const deps = {
      clock: systemClock,
      startPacer,
      httpConnection: (request: Parameters<typeof httpConnection>[0]) =>
        httpConnection(request, { clock: systemClock }),
      signal: abort.signal,
    };
    const result = await hit(deps, { url: server.url, count: 10, timeoutMs: 60_000 });
    await server.close();
    expect(result).toMatchObject({ sent: 3, ok: 3, errors: {}, unsent: 6 });
  });
});
