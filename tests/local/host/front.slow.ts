import { type Reply, send as sendTo } from '../fixtures/http.ts';
import { type InMemoryHost, arnOf, handler, startInMemoryHost } from './in-memory-host.ts';

describe('the HTTP front', () => {
  let lambda: InMemoryHost;
  beforeAll(async () => {
    lambda = await startInMemoryHost();
    lambda.define('echo', handler('return { statusCode: 200, body: JSON.stringify(event) }'));
    lambda.aliases.set('echo:live', { version: '$LATEST', weights: {} });
    lambda.define('answer', handler('return JSON.parse(event.body)'));
    const late = 'await new Promise((r) => setTimeout(r, 2500))';
    lambda.define('fail', handler(`if (event.rawPath === "/hang") ${late}; throw new Error("no")`));
    const integration = (name: string, more = {}) => ({
      type: 'AWS_PROXY',
      uri: arnOf(name),
      payloadFormat: '2.0',
      timeoutMs: 1000,
      ...more,
    });
    lambda.apis.set('abc123', {
      id: 'abc123',
      routes: [
        { key: 'GET /hits', integration: integration('echo:live') },
        { key: 'ANY /things/{id}', integration: integration('echo:${stageVariables.alias}') },
        { key: 'POST /answer', integration: integration('answer') },
        { key: 'GET /fail', integration: integration('fail') },
        { key: 'GET /hang', integration: integration('fail') },
        { key: 'GET /gone', integration: integration('gone') },
        { key: 'POST /queue', integration: integration('x', { uri: 'arn:aws:sqs:::queue' }) },
      ],
      stages: { $default: { alias: 'live' }, lab: { alias: 'live' } },
    });
  });
  afterAll(() => lambda.close());

  const send = (method: string, path: string, body = '', headers = {}): Promise<Reply> => {
    const { port } = new URL(lambda.host.httpUrl);
    return sendTo(`http://abc123.execute-api.localhost:${port}${path}`, { method, body, headers });
  };
  /** What comes of the answer of a function. */
  const answered = (answer: unknown): Promise<Reply> =>
    send('POST', '/answer', JSON.stringify(answer), { 'content-type': 'application/json' });

  it('builds the event in payload format 2.0', async () => {
    const { status, headers, body } = await send('GET', '/hits?a=1&a=2&b=x%20y', '', {
      'X-Many': ['1', '2'],
      Cookie: 'c1=v1; c2=v2',
      'User-Agent': 'test',
    });
    expect([status, headers['content-type']]).toEqual([200, 'text/plain;charset=UTF-8']);
    const event = JSON.parse(body);
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /hits',
      rawPath: '/hits',
      rawQueryString: 'a=1&a=2&b=x%20y',
      cookies: ['c1=v1', 'c2=v2'],
      queryStringParameters: { a: '1,2', b: 'x y' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        apiId: 'abc123',
        domainName: 'abc123.execute-api.localhost',
        stage: '$default',
        http: {
          method: 'GET',
          path: '/hits',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
      },
    });
    expect(event.headers).toMatchObject({ 'x-many': '1,2', 'x-forwarded-proto': 'http' });
    expect(event.headers.cookie).toBeUndefined();
    expect(event.body).toBeUndefined();
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(headers['apigw-requestid']).toBe(event.requestContext.requestId);
  });

  it('gives path parameters and a named stage with its variables', async () => {
    const { body } = await send('PUT', '/lab/things/a%20b', 'text', { 'content-type': 'text/plain' });
    const event = JSON.parse(body);
    expect(event).toMatchObject({
      routeKey: 'ANY /things/{id}',
      rawPath: '/lab/things/a%20b',
      pathParameters: { id: 'a b' },
      stageVariables: { alias: 'live' },
      body: 'text',
      requestContext: { stage: 'lab' },
    });
  });

  it('sends a binary body in base64', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const { body } = await send('POST', '/things/1', 'a=1', form);
    expect(JSON.parse(body)).toMatchObject({ isBase64Encoded: true, body: 'YT0x' });
  });

  const [json, plain] = ['application/json', 'text/plain;charset=UTF-8'];
  const failed = '{"message":"Internal Server Error"}';
  const html = { 'X-A': 'b', 'content-type': 'text/html' };
  it.each<[string, unknown, number, string, string]>([
    ['a structure', { statusCode: 201, headers: html, body: '<p>' }, 201, '<p>', 'text/html'],
    ['base64', { statusCode: 200, isBase64Encoded: true, body: 'aGk=' }, 200, 'hi', plain],
    ['a value', { hits: 1 }, 200, '{"hits":1}', json],
    ['a text', 'plain', 200, 'plain', json],
    ['a bad status', { statusCode: 'x' }, 500, failed, json],
    ['a bad header', { statusCode: 200, headers: { 'a b': '1' } }, 500, failed, json],
  ])('makes an answer of %s', async (_, answer, status, body, type) => {
    const reply = await answered(answer);
    expect([reply.status, reply.body, reply.headers['content-type']]).toEqual([status, body, type]);
  });

  it('sends cookies one by one, and keeps a header within its line', async () => {
    const answer = { statusCode: 200, cookies: ['a=1', 'b=2'], headers: { 'x-evil': 'a\r\nx-other: b' } };
    const { headers } = await answered(answer);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect([headers['x-evil'], headers['x-other']]).toEqual(['a x-other: b', undefined]);
  });

  it.each([
    ['/fail', 500, 'Internal Server Error'],
    ['/hang', 503, 'Service Unavailable'],
    ['/gone', 500, 'Internal Server Error'],
    ['/nowhere', 404, 'Not Found'],
  ])('answers %s with %i', async (path, status, message) => {
    const reply = await send('GET', path);
    expect([reply.status, JSON.parse(reply.body)]).toEqual([status, { message }]);
  });

  it('answers 503 when the function is throttled', async () => {
    lambda.reserved.set('echo', 0);
    expect((await send('GET', '/hits')).status).toBe(503);
    lambda.reserved.delete('echo');
    expect((await send('GET', '/hits')).status).toBe(200);
  });

  it('does not know another host', async () => {
    const { port } = new URL(lambda.host.httpUrl);
    expect((await send('GET', '/hits', '', { host: 'example.com' })).status).toBe(403);
    expect((await send('GET', '/hits', '', { host: `other.execute-api.localhost:${port}` })).status).toBe(
      404,
    );
  });

  it('passes integrations that are no functions on', async () => {
    const passed = { status: 207, body: 'from the emulator' };
    expect(await send('POST', '/queue?x=1', 'message')).toMatchObject(passed);
    expect(lambda.passedOn).toContain('POST /queue?x=1 message');
  });
});
