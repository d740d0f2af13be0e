import { type InMemoryHost, nodeSettings, startInMemoryHost } from './in-memory-host.ts';

describe('nodejs functions', () => {
  let lambda: InMemoryHost;
  beforeAll(async () => {
    lambda = await startInMemoryHost();
  });
  afterAll(() => lambda.close());

  const run = async (data: string, payload = '{}', path = 'app.mjs', settings = {}) => {
    const name = `fn-${Math.random().toString(36).slice(2)}`;
    lambda.define(name, [{ path, data }], { ...nodeSettings, ...settings });
    const reply = await lambda.invoke(name, payload);
    return { ...reply, name, value: JSON.parse(reply.text) };
  };

  it('runs an ES module handler with event and context', async () => {
    const { status, headers, value, name } = await run(
      `export const handler = async (event, context) => ({ event, id: context.awsRequestId, arn: context.invokedFunctionArn,
         name: context.functionName, version: context.functionVersion, memory: context.memoryLimitInMB,
         group: context.logGroupName, left: context.getRemainingTimeInMillis() })`,
      '{"a":"ü"}',
    );
    expect(status).toBe(200);
    expect(headers.get('x-amz-function-error')).toBeNull();
    expect(headers.get('x-amz-executed-version')).toBe('$LATEST');
    expect(value).toMatchObject({
      event: { a: 'ü' },
      id: headers.get('x-amzn-requestid'),
      arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      name,
      version: '$LATEST',
      memory: '512',
      group: `/aws/lambda/${name}`,
    });
    expect(value.left).toBeGreaterThan(2000);
    expect(value.left).toBeLessThanOrEqual(3000);
  });

  it('runs a CommonJS handler with a callback', async () => {
    const { value } = await run(
      'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.x + 1), 10); };',
      '{"x":1}',
      'app.js',
    );
    expect(value).toBe(2);
  });

  it('refuses a callback handler from nodejs24 on', async () => {
    const source = 'export const handler = (e, c, callback) => callback(null, 1)';
    const { value, headers } = await run(source, '{}', 'app.mjs', { runtime: 'nodejs24.x' });
    expect(headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(value.errorType).toBe('Runtime.CallbackHandlerDeprecated');
  });

  it.each([
    ['thrown', 'export const handler = async () => { throw new TypeError("no") }', 'TypeError', 'no'],
    [
      'unhandled rejection',
      'export const handler = async () => { Promise.reject(new Error("lost")); await new Promise(r => setTimeout(r, 500)) }',
      'Runtime.UnhandledPromiseRejection',
      'lost',
    ],
    ['missing module', 'import "nowhere"; export const handler = 1', 'Runtime.ImportModuleError', 'nowhere'],
    ['syntax', 'export const handler = async () => {', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
    ['no export', 'export const other = 1', 'Runtime.HandlerNotFound', 'app.handler is undefined'],
    ['init', 'throw new RangeError("at start")', 'RangeError', 'at start'],
  ])('reports an error: %s', async (_, source, type, message) => {
    const { status, headers, value } = await run(source);
    expect(status).toBe(200);
    expect(headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(value.errorType).toBe(type);
    expect(value.errorMessage).toContain(message);
  });

  it.each([
    ['ES module', 'app.mjs', 'import { LambdaClient } from "@aws-sdk/client-lambda"; export const '],
    ['CommonJS', 'app.cjs', 'const { LambdaClient } = require("@aws-sdk/client-lambda"); exports.'],
  ])('offers the AWS SDK as the runtime does: %s', async (_, path, beginning) => {
    const { value } = await run(`${beginning}handler = async () => typeof LambdaClient`, '{}', path);
    expect(value).toBe('function');
  });

  it('offers nothing but the SDK', async () => {
    const { value } = await run('import "esbuild"; export const handler = 1');
    expect(value.errorType).toBe('Runtime.ImportModuleError');
  });

  it("writes the function's lines with time, request id and level", async () => {
    const { name, headers } = await run(
      'export const handler = async () => { console.warn("two\\nlines %d", 2) }',
    );
    const line = await lambda.logged(`/aws/lambda/${name}`, /WARN/);
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z\t/);
    expect(line.split('\t').slice(1)).toEqual([headers.get('x-amzn-requestid'), 'WARN', 'two\rlines 2']);
  });
});
