import type { Context } from 'aws-lambda';
import { handler } from '../../src/handlers/generate.ts';
import { ok, rawServer } from '../support/raw-server.ts';

describe('handler of Generate, asked to hit', () => {
  const context = (remainingMs: number) => ({ getRemainingTimeInMillis: () => remainingMs }) as Context;

  it('sends N over one connection from where it runs and returns the result', async () => {
    const server = await rawServer((socket) => socket.write(ok('{"hits":1}')));
    const result = await handler({ hit: { url: server.url, count: 20 } }, context(900_000));
    await server.close();
    expect(result).toMatchObject({
      schema: 'latency-lab.hit.v1',
      sent: 20,
      ok: 20,
      unsent: 0,
      connections: 1,
    });
    expect(server.received).toHaveLength(1);
  });

  it('ends before its own timeout', async () => {
    const server = await rawServer((socket) => socket.write(ok('')));
    const result = await handler({ hit: { url: server.url, count: 20, timeoutMs: 1000 } }, context(5999));
    await server.close();
    expect(result).toMatchObject({ sent: 0, ok: 0, unsent: 20 });
  });
});
