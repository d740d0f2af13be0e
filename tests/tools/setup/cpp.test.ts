import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchArchive } from '../../../tools/setup/cpp.mjs';
import { ownDirectory } from '../../support/directory.ts';
import { serve, type HttpServer } from '../../support/http-server.ts';

describe('fetchArchive', () => {
  const directory = ownDirectory();
  const content = 'an archive';
  const sha256 = createHash('sha256').update(content).digest('hex');
  let server: HttpServer;
  let asked = 0;
  beforeAll(async () => {
    server = await serve((request, response) => {
      asked += 1;
      const failing = request.url === '/gone' || (request.url === '/late' && asked < 2);
      response.writeHead(failing ? 503 : 200).end(content);
    });
  });
  beforeEach(() => {
    asked = 0;
  });
  afterAll(() => server.close());
  const file = join(directory, 'archive');
  const get = (path: string, hash = sha256) =>
    fetchArchive({ url: server.origin + path, sha256: hash }, file, 1);

  it('writes what has the hash, at the second attempt where the first fails', async () => {
    await get('/late');
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(asked).toBe(2);
    rmSync(file);
  });

  it('refuses what has another hash, at once and leaving nothing', async () => {
    const wrong = 'f'.repeat(64);
    await expect(get('/there', wrong)).rejects.toThrow(
      `${server.origin}/there is not what its lock says: sha256 ${sha256}, not ${wrong}`,
    );
    expect(asked).toBe(1);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('gives up after three attempts, naming the address and what came', async () => {
    await expect(get('/gone')).rejects.toThrow(`${server.origin}/gone could not be fetched: status 503`);
    expect(asked).toBe(3);
  });
});
