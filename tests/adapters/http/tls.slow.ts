import type { Server } from 'node:tls';
import tls from 'node:tls';
import { httpLane } from '../../../src/adapters/http/lane.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Exchange } from '../../../src/ports/lane.ts';
import { selfSigned } from '../../support/certificate.ts';
import { listen, ok } from '../../support/raw-server.ts';

const name = 'lab.localhost';
const { key, cert } = selfSigned(name);
let server: Server;
let port: number;

beforeAll(async () => {
  server = tls.createServer({ key, cert }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(ok(`for ${String(socket.servername)}`)));
  });
  port = await listen(server);
});

afterAll(() => {
  server.close();
});

const sendOnce = async (host: string, trusted: object): Promise<Exchange> => {
  const lane = httpLane(
    { url: `https://${host}:${port}/`, method: 'GET', headers: {} },
    { clock: systemClock, ...trusted },
  );
  try {
    return await lane.send(5000);
  } finally {
    lane.close();
  }
};

describe('httpLane over TLS', () => {
  it('names the host to the server and checks its certificate', async () => {
    const { result, connectMs } = await sendOnce(name, { ca: cert });
    expect(result).toMatchObject({ status: 200, body: `for ${name}` });
    expect(connectMs).toBeGreaterThan(0);
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const { result } = await sendOnce(name, {});
    expect(result).toMatchObject({ error: 'connect', message: expect.stringContaining('SELF_SIGNED') });
  });

  it('refuses a certificate for another name', async () => {
    const { result } = await sendOnce('other.localhost', { ca: cert });
    expect(result).toMatchObject({ error: 'connect', message: expect.stringContaining('ALTNAME') });
  });
});
