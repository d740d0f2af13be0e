import { hiding, literalSecretIn, secretsIn, withSecrets } from '../../src/core/secrets.ts';
import type { Target } from '../../src/core/schema/target.ts';

const one = '/latency-lab/lab/secrets/run-1/1';
const two = '/latency-lab/lab/secrets/run-1/2';
const target: Target = {
  version: 1,
  id: 'mine',
  kind: 'url',
  url: `https://example.com/?token=ssm:${one}&x=1`,
  request: {
    headers: { Authorization: `Bearer ssm:${two}`, accept: 'ssm:/other/place' },
    body: `{"key":"ssm:${one}"}`,
  },
};

describe('secretsIn and withSecrets', () => {
  it('finds each reference once and puts its value in its place, percent-encoded in the URL', () => {
    expect(secretsIn(target)).toEqual([one, two]);
    const values = new Map([
      [one, 'a&b c'],
      [two, 's3cret'],
    ]);
    expect(withSecrets(target, values)).toEqual({
      ...target,
      url: 'https://example.com/?token=a%26b%20c&x=1',
      request: {
        headers: { Authorization: 'Bearer s3cret', accept: 'ssm:/other/place' },
        body: '{"key":"a&b c"}',
      },
    });
  });

  it('leaves a target without references as it is', () => {
    const plain: Target = { version: 1, id: 'a', kind: 'null', url: 'http://127.0.0.1/' };
    expect(secretsIn(plain)).toEqual([]);
    expect(withSecrets(plain, new Map())).toEqual(plain);
  });
});

describe('hiding', () => {
  it('blots values out however an answer repeats them', () => {
    const hide = hiding(['a&b "c"', 'a&b']);
    const echo = [
      'a&b "c"',
      encodeURIComponent('a&b "c"'),
      JSON.stringify({ x: 'a&b "c"' }),
      btoa('a&b "c"'),
      'a&b',
    ];
    expect(hide(echo.join(' | '))).toBe('[secret] | [secret] | {"x":"[secret]"} | [secret] | [secret]');
  });
});

describe('literalSecretIn', () => {
  const sent = (headers: Record<string, string>, url = 'https://example.com/') =>
    literalSecretIn({ ...target, url, request: { headers } });

  it.each(['Authorization', 'COOKIE', 'x-api-key', 'Api-Key', 'X-Auth-Token', 'proxy-authorization'])(
    'finds the value of %s',
    (name) => {
      expect(sent({ [name]: 'abc' })).toEqual(['request', 'headers', name]);
    },
  );

  it.each([
    'token',
    'access_token',
    'api_key',
    'apiKey',
    'key',
    'password',
    'client_secret',
    'X-Amz-Signature',
  ])('finds ?%s=', (name) => {
    expect(sent({}, `https://example.com/?${name}=abc`)).toEqual(['url']);
  });

  it('leaves other headers and queries alone', () => {
    expect(
      sent({ accept: 'text/html', 'x-trace': '1' }, 'https://example.com/?page=2&keyword=a'),
    ).toBeUndefined();
  });
});
