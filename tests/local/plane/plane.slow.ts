import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { type LocalPlane, startPlane } from '../../../src/local/plane.ts';
import { bundle, root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { send, signed } from '../fixtures/http.ts';
import { eventually, hold, processesWith } from '../fixtures/processes.ts';

// Real processes on a busy machine.
jest.setTimeout(60_000);

type Urls = Pick<LocalPlane, 'emulatorUrl' | 'lambdaUrl' | 'httpUrl'>;

const urlsOf = ({ emulatorUrl, lambdaUrl, httpUrl }: Urls): string[] => [emulatorUrl, lambdaUrl, httpUrl];
const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
const answers = (url: string): Promise<boolean> => accepts('127.0.0.1', Number(new URL(url).port));
const otherAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

describe('startPlane', () => {
  let plane: LocalPlane;
  beforeAll(async () => {
    plane = await startPlane({ root, workDir: ownDirectory() });
  });
  afterAll(() => plane.stop());

  const client = ({ env, credentials }: LocalPlane) => ({ region: env['AWS_REGION'] ?? '', credentials });

  it('listens on 127.0.0.1 and nowhere else', async () => {
    for (const url of urlsOf(plane)) {
      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect(await answers(url)).toBe(true);
      for (const address of otherAddresses())
        expect(await accepts(address, Number(new URL(url).port))).toBe(false);
    }
  });

  it('answers as S3, and as Lambda through the function host', async () => {
    const s3 = new S3({ ...client(plane), endpoint: plane.emulatorUrl, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'only-here' });
    const lambda = new Lambda({ ...client(plane), endpoint: plane.lambdaUrl });
    expect((await lambda.listFunctions({})).Functions).toEqual([]);
  });

  const asked = async (...[url, sent]: Parameters<typeof send>) => {
    const { status, headers } = await send(url, sent);
    return { status, cors: Object.keys(headers).some((name) => name.startsWith('access-control')) };
  };

  describe.each(['emulatorUrl', 'lambdaUrl'] as const)(
    'what a page in a browser could send to its %s',
    (which) => {
      const functions = () => `${plane[which]}/2015-03-31/functions/`;
      const good = () => signed(plane.credentials.accessKeyId);
      const port = () => new URL(plane[which]).port;
      const refused = { status: 403, cors: false };

      it('is refused without the secret of the run', async () => {
        for (const headers of [{}, signed('test'), signed('ASIAABCDEFGHIJKLMNOP')])
          expect(await asked(functions(), { headers })).toEqual(refused);
        const form = { method: 'POST', headers: { 'content-type': 'text/plain' } };
        expect(await asked(functions(), { ...form, body: '{"FunctionName":"x"}' })).toEqual(refused);
      });

      it('is refused by another Host or Origin, whatever it knows', async () => {
        for (const other of [
          { host: `rebound.example:${port()}` },
          { host: `127.0.0.1:1` },
          { origin: 'http://evil.example' },
          { origin: 'null' },
        ])
          expect(await asked(functions(), { headers: { ...good(), ...other } })).toEqual(refused);
        const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
        expect(await asked(functions(), { method: 'OPTIONS', headers })).toEqual(refused);
      });

      it('gets no leave for other origins from what is answered', async () => {
        expect(await asked(functions(), { headers: good() })).toEqual({ status: 200, cors: false });
      });
    },
  );

  it('answers 404 for an HTTP API that there is not', async () => {
    expect((await send(`http://none.${plane.apiUrlSuffix}/hits`)).status).toBe(404);
  });

  it('points SDK clients and the SAM CLI at itself and at nothing real', () => {
    expect(plane.env).toMatchObject({
      AWS_ENDPOINT_URL: plane.emulatorUrl,
      AWS_ENDPOINT_URL_LAMBDA: plane.lambdaUrl,
      AWS_ENDPOINT_URL_CODEDEPLOY: plane.lambdaUrl,
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });

  it('says what really runs', () => {
    expect(plane.labels).toMatchObject({
      'AWS emulator': 'ministack 1.5.33',
      'Runs nodejs functions': expect.stringMatching(/^Node v\d+\.\d+\.\d+$/),
      'Runs python functions': expect.stringMatching(/^Python 3\.\d+\.\d+$/),
      'Isolation of cpu': expect.any(String),
      'Host CPU': expect.stringMatching(/ x \d+$/),
      'Host kernel': expect.any(String),
    });
  });

  it('runs beside another one, which has a state of its own and leaves nothing when stopped', async () => {
    const workDir = ownDirectory();
    const other = await startPlane({ root, workDir });
    const s3 = new S3({ ...client(other), endpoint: other.emulatorUrl, forcePathStyle: true });
    expect((await s3.listBuckets({})).Buckets ?? []).toEqual([]);
    expect(processesWith(workDir).length).toBeGreaterThanOrEqual(2);
    await Promise.all([other.stop(), other.stop()]);
    expect(processesWith(workDir)).toEqual([]);
    expect(await Promise.all(urlsOf(other).map(answers))).toEqual([false, false, false]);
    expect(readdirSync(workDir).sort()).toEqual(['emulator.log', 'host.log']);
  });

  it.each([
    ['launcher.py', /^the emulator ended unexpectedly \(SIGKILL\)/],
    ['host.cjs', /^the function host ended unexpectedly \(SIGKILL\)/],
  ])('tells when %s is gone, and still stops', async (program, reason) => {
    const workDir = ownDirectory();
    const other = await startPlane({ root, workDir });
    const [pid] = processesWith(workDir).filter((found) => processesWith(program).includes(found));
    process.kill(pid!, 'SIGKILL');
    expect(await other.died).toMatch(reason);
    await other.stop();
    expect(processesWith(workDir)).toEqual([]);
  });

  it('is gone after SIGKILL of the process that started it', async () => {
    const workDir = ownDirectory();
    const { child, said } = await hold<Urls>(bundle('tests/local/fixtures/plane-holder.ts', workDir), [
      root,
      workDir,
    ]);
    expect(await Promise.all(urlsOf(said).map(answers))).toEqual([true, true, true]);
    child.kill('SIGKILL');
    await eventually('all processes gone', () => processesWith(workDir).length === 0);
    await eventually('state removed', () => !readdirSync(workDir).some((name) => name.startsWith('state-')));
    expect(await Promise.all(urlsOf(said).map(answers))).toEqual([false, false, false]);
  });
});
