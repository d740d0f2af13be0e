import { readAnswer, splitTarget } from '../../../src/local/host/gateway-event.ts';
import { functionOf, matchRoute, stageOf } from '../../../src/local/host/gateway-routes.ts';
import type { Route } from '../../../src/local/host/functions.ts';

const integration = { type: 'AWS_PROXY', uri: '', payloadFormat: '2.0', timeoutMs: 1 };
const routes: Route[] = [
  '$default',
  'GET /hits',
  'ANY /hits',
  'GET /a/{id}',
  'GET /a/b',
  'ANY /a/{proxy+}',
  'GET /{proxy+}',
  'GET /x/{id}/y',
].map((key) => ({ key, integration }));

describe('matchRoute', () => {
  it.each([
    ['GET', '/hits', 'GET /hits', {}],
    ['POST', '/hits', 'ANY /hits', {}],
    ['GET', '/a/b', 'GET /a/b', {}],
    ['GET', '/a/c%20d', 'GET /a/{id}', { id: 'c d' }],
    ['GET', '/a/c/d', 'ANY /a/{proxy+}', { proxy: 'c/d' }],
    ['POST', '/a/c', 'ANY /a/{proxy+}', { proxy: 'c' }],
    ['GET', '/x/1/y', 'GET /x/{id}/y', { id: '1' }],
    ['GET', '/x/1/z', 'GET /{proxy+}', { proxy: 'x/1/z' }],
    ['POST', '/other', '$default', {}],
    ['GET', '/', '$default', {}],
    ['GET', '/a/%E0%A4%A', 'GET /a/{id}', { id: '%E0%A4%A' }],
  ])('%s %s goes to %s', (method, path, key, pathParameters) => {
    const matched = matchRoute(routes, method, path);
    expect([matched?.route.key, matched?.pathParameters]).toEqual([key, pathParameters]);
  });

  it('finds nothing where nothing fits', () => {
    expect(matchRoute([{ key: 'GET /hits', integration }], 'GET', '/hits/')).toBeUndefined();
    expect(matchRoute([{ key: 'GET /hits', integration }], 'PUT', '/hits')).toBeUndefined();
  });
});

describe('stageOf', () => {
  const api = { id: 'a', routes, stages: { $default: {}, lab: {} } };
  it('takes the first part of the path for a stage only where one has its name', () => {
    expect(stageOf(api, '/lab/hits')).toEqual({ stage: 'lab', path: '/hits' });
    expect(stageOf(api, '/lab')).toEqual({ stage: 'lab', path: '/' });
    expect(stageOf(api, '/hits')).toEqual({ stage: '$default', path: '/hits' });
    expect(stageOf(api, '/toString/x')).toEqual({ stage: '$default', path: '/toString/x' });
    expect(stageOf({ ...api, stages: { lab: {} } }, '/hits')).toBeUndefined();
  });
});

describe('functionOf', () => {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:hits';
  it('reads plain ARNs, invocation ARNs and stage variables', () => {
    expect(functionOf(arn, {})).toBe(arn);
    const invocation = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}:live/invocations`;
    expect(functionOf(invocation, {})).toBe(`${arn}:live`);
    expect(functionOf(`${arn}:\${stageVariables.alias}`, { alias: 'lab' })).toBe(`${arn}:lab`);
    expect(functionOf('https://example.com', {})).toBeUndefined();
  });
});

describe('splitTarget', () => {
  it('parts path and query and drops scheme and host', () => {
    expect(['/a?b=c?d', '/a', '?x', 'http://h/p?q', '/a?'].map(splitTarget)).toEqual([
      ['/a', 'b=c?d'],
      ['/a', ''],
      ['/', 'x'],
      ['/p', 'q'],
      ['/a', ''],
    ]);
  });
});

describe('readAnswer', () => {
  const of = (value: unknown) => readAnswer(Buffer.from(JSON.stringify(value)));

  it('infers the format without a statusCode', () => {
    const headers = [['content-type', 'application/json']];
    expect(of(['a'])).toEqual({ status: 200, headers, body: '["a"]' });
    expect(of(null)?.body).toBe('null');
  });

  it('leaves out headers that belong to the connection', () => {
    const own = { 'Content-Length': '3', Connection: 'close', 'Transfer-Encoding': 'chunked' };
    const answer = of({ statusCode: '204', headers: { ...own, A: 1, 'content-type': 'x' } });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(Object.fromEntries(answer?.headers ?? [])).toEqual({ a: '1', 'content-type': 'x' });
  });

  it('can make nothing of garbage', () => {
    expect(readAnswer(Buffer.from('<garbage>'))).toBeUndefined();
    expect(readAnswer(Buffer.alloc(0))).toBeUndefined();
    for (const statusCode of [99, 600, 'x', null, 200.5]) expect(of({ statusCode })).toBeUndefined();
  });
});
