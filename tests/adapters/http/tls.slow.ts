import tls from 'node:tls';
import type { Server } from 'node:tls';
import { httpConnection } from '../../../src/adapters/http/client.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import type { Exchange } from '../../../src/ports/index.ts';
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
  const connection = httpConnection(
    { url: `https://${host}:${port}/`, method: 'GET', headers: {} },
    { clock: systemClock, ...trusted },
  );
  try {
    return await connection.send(5000);
  } finally {
    connection.close();
  }
};

describe('httpConnection over TLS', () => {
  it('names the host to the server and checks its certificate', async () => {
    const { result, opening } = await sendOnce(name, { ca: cert });
    expect(result).toMatchObject({ status: 200, body: `for ${name}` });
    expect(opening?.tcpMs).toBeGreaterThan(0);
    expect(opening?.tlsMs).toBeGreaterThan(0);
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
