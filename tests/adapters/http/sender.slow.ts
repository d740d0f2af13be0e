import { createHttpSender } from '../../../src/adapters/http/sender.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { ok, rawServer } from '../../support/raw-server.ts';

describe('createHttpSender', () => {
  it('uses as many connections as requests are under way, and reuses them', async () => {
    const waiting: (() => void)[] = [];
    const server = await rawServer((socket, connection) => {
      waiting.push(() => socket.write(ok(String(connection))));
      if (waiting.length === 3) for (const answer of waiting.splice(0)) answer();
    });
    const sender = createHttpSender({ clock: systemClock });
    const three = () =>
      Promise.all([1, 2, 3].map(() => sender.send({ url: server.url, method: 'GET', headers: {} }, 1000)));
    const bodies = [...(await three()), ...(await three())].map(({ body }) => body);
    expect(bodies.sort()).toEqual(['0', '0', '1', '1', '2', '2']);
    sender.close();
    await server.close();
  });

  it('rejects with the kind of error when no answer came, and answers with any status', async () => {
    const server = await rawServer((socket) => socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'));
    const sender = createHttpSender({ clock: systemClock });
    const request = { url: server.url, method: 'GET', headers: {} };
    expect(await sender.send(request, 1000)).toMatchObject({ status: 500 });
    sender.close();
    await server.close();
    await expect(sender.send(request, 1000)).rejects.toMatchObject({ name: 'HttpFailure', kind: 'connect' });
  });
});
