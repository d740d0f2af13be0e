import { memoryFunctionInvoker } from '../support/memory.ts';
import { type ConnectionDeps, connectionOpener, functionConnection } from '../../src/app/connection.ts';
import { InputError } from '../../src/core/errors.ts';
import type { Connection, FunctionReply } from '../../src/ports/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { targetOf } from './run.ts';
import type { Target } from '../../src/core/schema/target.ts';

const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:f:live';
const httpConnection = jest.fn((): Connection => ({
  send: () => Promise.reject(new Error('unused')),
  close: () => undefined,
}));
const deps: ConnectionDeps = {
  clock: new VirtualClock(),
  httpConnection,
  invoker: memoryFunctionInvoker({
    [arn]: (payload) => ({
      requestId: 'r',
      throttled: false,
      payload: JSON.stringify({ statusCode: 200, body: payload }),
    }),
  }),
};

describe('connectionOpener', () => {
  it('goes over HTTP where the target has a URL, with its own request', () => {
    connectionOpener(deps, targetOf('a', { functionArn: arn, request: { method: 'POST', body: 'x' } }))();
    expect(httpConnection).toHaveBeenCalledWith(
      expect.objectContaining({ url: 'http://127.0.0.1/a/hits', method: 'POST', body: 'x' }),
    );
  });

  it('invokes the function of a target without URL with an HTTP API event', async () => {
    const { url: _, ...direct } = targetOf('a', { functionArn: arn });
    const { result } = await connectionOpener(deps, direct)().send(100);
    expect(JSON.parse('body' in result ? result.body : '')).toMatchObject({
      version: '2.0',
      rawPath: '/hits',
    });
  });

  it('refuses a target with neither', () => {
    const { url: _, ...nowhere } = targetOf('a');
    expect(() => connectionOpener(deps, nowhere)).toThrow(InputError);
  });
});

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:f:live';
const target = { version: 1, id: 'f', kind: 'sync-counter', functionArn } satisfies Target;

const reply = (given: Partial<FunctionReply>): FunctionReply => ({
  requestId: 'r1',
  payload: '{}',
  throttled: false,
  ...given,
});

const sendTo = async (
  answer: (payload: string) => Promise<FunctionReply>,
  to: Target & { functionArn: string } = target,
) => {
  const clock = new VirtualClock();
  const invoker = {
    invoke: async (arn: string, payload: string) => {
      expect(arn).toBe(functionArn);
      await clock.sleepUntil(clock.now() + 12);
      return answer(payload);
    },
  };
  return clock.run(functionConnection(invoker, clock, to).send(1000));
};

describe('functionConnection', () => {
  it("invokes with the event of the target's request and reads the answer as a client of the API would", async () => {
    let event = { requestContext: { http: { method: '' } }, body: '' };
    const payload = JSON.stringify({ statusCode: 200, headers: { 'X-Cold': '1' }, body: '{"hits":3}' });
    const exchange = await sendTo(
      (sent) => {
        event = JSON.parse(sent) as typeof event;
        return Promise.resolve(reply({ payload }));
      },
      { ...target, request: { method: 'POST', body: 'x' } },
    );
    expect([event.requestContext.http.method, event.body]).toEqual(['POST', 'x']);
    expect(exchange).toEqual({
      sentMs: 0,
      endMs: 12,
      result: {
        status: 200,
        headers: new Map([
          ['x-request-id', 'r1'],
          ['x-cold', '1'],
        ]),
        body: '{"hits":3}',
      },
    });
  });

  it.each([
    [{ throttled: true }, 'throttled', 'no concurrency was left for the function'],
    [
      { functionError: 'Unhandled', payload: '{"errorType":"Exit"}' },
      'status',
      'the function failed (Unhandled): {"errorType":"Exit"}',
    ],
    [{ payload: 'garbage' }, 'body', "the function's reply is not JSON: garbage"],
  ])('tells %j as an error of its kind', async (given, error, message) => {
    const { result } = await sendTo(() => Promise.resolve(reply(given)));
    expect(result).toEqual({ error, message });
  });

  it.each([
    [{ name: 'InvokeTimeoutError', message: 'late' }, 'timeout'],
    [{ name: 'Error', code: 'ECONNREFUSED', message: 'refused' }, 'connect'],
    [{ name: 'Error', code: 'ECONNRESET', message: 'reset' }, 'reset'],
    [{ name: 'ResourceNotFoundException', message: 'no such function' }, 'status'],
  ])('tells a rejection with %j as an error of its kind', async (fault, error) => {
    const { result } = await sendTo(() => Promise.reject(Object.assign(new Error(), fault)));
    expect(result).toMatchObject({ error, message: expect.stringContaining(fault.message) });
  });
});
