import { signatureFaults } from '../../contract/sigv4.ts';
import { sigV4, signingSecrets } from '../../../src/adapters/aws/signature.ts';
import type { HttpRequest, SignRequest } from '../../../src/ports/index.ts';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const at = Date.UTC(2015, 7, 30, 12, 36);
const plain = {
  ...{ url: 'https://example.amazonaws.com/', method: 'GET', headers: {} },
  auth: { type: 'sigv4', service: 'execute-api', region: 'eu-west-2' },
} as const;

type Signed = Parameters<SignRequest>[0];
const sign = (request: Signed, more: object = {}) =>
  sigV4(() => at, { credentials: { ...credentials, ...more } })(request);

/** Found by the tests' own computation of the signature, which is held to the examples of AWS. */
const faultsOf = async (request: Signed, more?: object) => {
  const headers = await sign(request, more);
  const { pathname, search } = new URL(request.url);
  const received = { method: request.method, target: pathname + search, headers, body: request.body ?? '' };
  return signatureFaults(received, credentials.accessKeyId, credentials.secretAccessKey);
};

describe('sigV4', () => {
  it('signs for the service and the region that it is told, at the time it is', async () => {
    expect(await sign(plain)).toMatchObject({
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: expect.stringContaining(
        'Credential=AKIDEXAMPLE/20150830/eu-west-2/execute-api/aws4_request,',
      ),
    });
    expect(await faultsOf(plain)).toEqual([]);
    expect(await faultsOf({ ...plain, auth: { ...plain.auth, service: 's3', region: 'us-west-1' } })).toEqual(
      [],
    );
  });

  it.each<[string, Partial<HttpRequest>]>([
    ['a query', { url: 'https://example.amazonaws.com/hits?a=1&b=x-y' }],
    ['a port', { url: 'http://127.0.0.1:8080/hits' }],
    [
      'a body and headers',
      { method: 'POST', body: '{"x":1}', headers: { 'content-type': 'application/json' } },
    ],
  ])('signs %s', async (_, given) => {
    expect(await faultsOf({ ...plain, ...given })).toEqual([]);
  });

  it('sends the token of temporary credentials and signs it', async () => {
    const temporary = { sessionToken: 'a-token' };
    expect(await sign(plain, temporary)).toMatchObject({ 'x-amz-security-token': 'a-token' });
    expect(await faultsOf(plain, temporary)).toEqual([]);
    expect(signingSecrets({ AWS_SECRET_ACCESS_KEY: 'a', AWS_SESSION_TOKEN: 'b', HOME: 'c' })).toEqual([
      'a',
      'b',
    ]);
  });

  it('escapes a path once more for all but S3', async () => {
    const [once, twice] = ['https://h/a%20b', 'https://h/a%2520b'];
    expect(await faultsOf({ ...plain, url: twice, auth: { ...plain.auth, service: 's3' } })).toEqual([]);
    expect(await faultsOf({ ...plain, url: once })).not.toEqual([]);
  });

  it('signs once a minute for all connections, each request for itself', async () => {
    let nowMs = at;
    const signing = sigV4(() => nowMs, { credentials });
    const first = await signing(plain);
    nowMs += 59_999;
    expect(await signing({ ...plain })).toBe(first);
    expect(await signing({ ...plain, method: 'POST' })).not.toEqual(first);
    nowMs += 1;
    expect(await signing(plain)).toMatchObject({ 'x-amz-date': '20150830T123700Z' });
  });
});
