import { InputError } from '../../../src/core/errors.ts';
import { asHttpUrl, asTarget, parseTarget } from '../../../src/core/schema/target.ts';

const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:lab-Node-1a2b:live';
const sigv4 = { type: 'sigv4', service: 'execute-api', region: 'eu-west-2' };
const whole = {
  version: 1,
  id: 'node-dynamodb',
  kind: 'sync-counter',
  url: 'http://abc.execute-api.localhost:4000/hits',
  functionArn: arn,
  logGroup: '/aws/lambda/x',
  copy: {
    functionArn: 'arn:aws:lambda:eu-west-2:123456789012:function:lab-NodeTuning',
    url: 'http://abd.execute-api.localhost:4000/hits',
    logGroup: '/aws/lambda/y',
  },
  memoryMb: 512,
  cpuArchitecture: 'arm64',
  provisionedConcurrency: 2,
  snapStart: false,
  runtime: 'nodejs24.x',
  maxRate: 1000,
  apiRateLimit: 5000,
  vantage: 'vpc',
  loadFrom: { verifyFunctionArn: arn, generateFunctionArn: arn },
  billing: { writes: 1, class: 'on-demand' },
  request: {
    ...{ method: 'POST', headers: { 'X-Key': 'a', empty: '' }, body: '{}', expectedStatus: 202 },
    auth: sigv4,
  },
};

describe('asTarget', () => {
  it('keeps every field of a target', () => {
    expect(asTarget(whole, 'here')).toEqual(whole);
  });

  it('leaves out what is not given', () => {
    const least = { version: 1, id: 'null', kind: 'null', functionArn: arn };
    expect(asTarget(least, 'here')).toStrictEqual(least);
  });

  it.each([
    ['here.version', { version: 2 }],
    ['here.id', { id: 'Node' }],
    ['here.id', { id: 'a'.repeat(41) }],
    ['here.id', { id: 7 }],
    ['here.kind', { kind: 'counter' }],
    ['here.url', { url: 'ftp://x/' }],
    ['here.functionArn', { functionArn: 'my-function' }],
    ['here.memoryMb', { memoryMb: 127 }],
    ['here.memoryMb', { memoryMb: 10_241 }],
    ['here.memoryMb', { memoryMb: '512' }],
    ['here.cpuArchitecture', { cpuArchitecture: 'arm' }],
    ['here.provisionedConcurrency', { provisionedConcurrency: -1 }],
    ['here.provisionedConcurrency', { provisionedConcurrency: 1.5 }],
    ['here.snapStart', { snapStart: 'true' }],
    ['here.maxRate', { maxRate: 0 }],
    ['here.apiRateLimit', { apiRateLimit: 0 }],
    ['here.billing.writes', { billing: { writes: null } }],
    ['here.request.verb', { request: { verb: 'GET' } }],
    ['here.request.method', { request: { method: 'get' } }],
    ['here.request.headers', { request: { headers: { 'a b': 'c' } } }],
    ['here.request.headers.a', { request: { headers: { a: 'b\r\nc: d' } } }],
    ['here.request.headers.a', { request: { headers: { a: '\u20ac' } } }],
    ['here.request.headers.a', { request: { headers: { a: 1 } } }],
    ['here.request.body', { request: { body: {} } }],
    ['here.runtime', { runtime: 'node\njs' }],
    ['here.logGroup', { logGroup: '' }],
    ['here.copy.url', { copy: { functionArn: arn, logGroup: 'y' } }],
    ['here.copy.functionArn', { copy: { functionArn: 'y', url: 'http://y/', logGroup: 'y' } }],
    ['here.vantage', { vantage: 'a'.repeat(41) }],
    ['here.loadFrom', { loadFrom: arn }],
    ['here.loadFrom.generateFunctionArn', { loadFrom: { verifyFunctionArn: arn } }],
    ['here.loadFrom.port', { loadFrom: { verifyFunctionArn: arn, generateFunctionArn: arn, port: 1 } }],
    ['here.request.expectedStatus', { request: { expectedStatus: 99 } }],
    ['here.request.auth.type', { request: { auth: { ...sigv4, type: 'basic' } } }],
    ['here.request.auth.region', { request: { auth: { ...sigv4, region: 'mars' } } }],
    ['here.request.auth.service', { request: { auth: { ...sigv4, service: '' } } }],
    ['here.request.auth', { url: undefined, functionArn: arn, request: { auth: sigv4 } }],
    ['here.colour', { colour: 'red' }],
    ['here', { url: undefined, functionArn: undefined }],
  ])('names %s in %j', (field, change) => {
    const read = () => asTarget({ ...whole, ...change }, 'here');
    expect(read).toThrow(InputError);
    expect(read).toThrow(expect.objectContaining({ field }));
  });

  it('refuses what would not fit into a state of the state machine', () => {
    const request = { body: 'x'.repeat(100_000) };
    expect(() => asTarget({ ...whole, request }, 'here')).toThrow('at most 100000 bytes of JSON');
  });

  it.each([[null], [[]], ['node-dynamodb'], [1]])('refuses %j, which is no object', (value) => {
    expect(() => asTarget(value, 'here')).toThrow('allowed: a JSON object');
  });
});

describe('asHttpUrl', () => {
  it.each(['http://127.0.0.1:8000/hits', 'https://example.com', 'HTTP://example.com/?a=b'])(
    'takes %s',
    (url) => {
      expect(asHttpUrl(url, 'url')).toBe(url);
    },
  );

  it.each(['example.com/hits', 'localhost:8000', '//example.com', 'http:example.com', 'http://', '', 7])(
    'asks for the scheme in %j',
    (url) => {
      expect(() => asHttpUrl(url, 'url')).toThrow('Write it with its scheme');
    },
  );

  it.each(['http://user:secret@example.com/', 'http://example.com/#top'])('refuses %s', (url) => {
    expect(() => asHttpUrl(url, 'url')).toThrow('without user name and fragment');
  });
});

describe('parseTarget', () => {
  const name = '/latency-lab/lab/targets/node-dynamodb';

  it('reads a parameter', () => {
    expect(parseTarget(JSON.stringify(whole), name)).toEqual(whole);
  });

  it('names the parameter that is no JSON, showing the beginning of its text', () => {
    expect(() => parseTarget(`{${'x'.repeat(1_000)}`, name)).toThrow(
      expect.objectContaining({ field: name, message: expect.stringMatching(/^.{230,400}$/) }),
    );
  });

  it('names the parameter whose target has another id', () => {
    const other = JSON.stringify({ ...whole, id: 'other' });
    expect(() => parseTarget(other, name)).toThrow(expect.objectContaining({ field: `${name}.id` }));
  });
});
