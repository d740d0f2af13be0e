import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { setTimeout as wait } from 'node:timers/promises';
import { createLambdaClient, lambdaFunctionInvoker } from '../../../src/adapters/aws/function-invoker.ts';

const setUp = () => {
  const client = new LambdaClient({ region: 'eu-west-2' });
  const mock = mockClient(client);
  return { mock, invoker: lambdaFunctionInvoker(client) };
};
/** The bytes of an answer as the SDK hands them out. */
const payloadOf = (text: string) => Object.assign(Buffer.from(text), { transformToString: () => text });
const $metadata = { requestId: 'id-1' };
const failure = (name: string) =>
  new LambdaServiceException({ name, $fault: 'client', $metadata, message: name });

describe('lambdaFunctionInvoker', () => {
  it('gives the payload and the request id of the answer', async () => {
    const { mock, invoker } = setUp();
    mock.on(InvokeCommand).callsFake(() => ({ $metadata, Payload: payloadOf('{"é":1}') }));
    expect(await invoker.invoke('arn', '{"ü":2}', 1000)).toEqual({
      requestId: 'id-1',
      payload: '{"é":1}',
      throttled: false,
    });
    expect(mock.call(0).args[0].input).toEqual({
      FunctionName: 'arn',
      InvocationType: 'RequestResponse',
      Payload: Buffer.from('{"ü":2}'),
    });
  });

  it('passes on that the function failed', async () => {
    const { mock, invoker } = setUp();
    const Payload = payloadOf('{"errorType":"Runtime.ExitError"}');
    mock.on(InvokeCommand).callsFake(() => ({ $metadata, Payload, FunctionError: 'Unhandled' }));
    expect(await invoker.invoke('arn', '{}', 1000)).toMatchObject({
      functionError: 'Unhandled',
      payload: '{"errorType":"Runtime.ExitError"}',
    });
  });

  it.each(['TooManyRequestsException', 'EC2ThrottledException'])('answers throttled for %s', async (name) => {
    const { mock, invoker } = setUp();
    mock.on(InvokeCommand).rejects(failure(name));
    expect(await invoker.invoke('arn', '{}', 1000)).toEqual({
      requestId: 'id-1',
      payload: '',
      throttled: true,
    });
  });

  it('rejects with the error of Lambda for everything else', async () => {
    const { mock, invoker } = setUp();
    const refused = failure('ResourceNotFoundException');
    mock.on(InvokeCommand).rejects(refused);
    await expect(invoker.invoke('arn', '{}', 1000)).rejects.toBe(refused);
  });

  it('rejects when no answer came in time', async () => {
    const { mock, invoker } = setUp();
    mock.on(InvokeCommand).callsFake(async () => {
      await wait(40);
      throw failure('AbortError');
    });
    await expect(invoker.invoke('arn', '{}', 5)).rejects.toMatchObject({
      name: 'InvokeTimeoutError',
      message: 'no answer from arn within 5 ms',
    });
  });
});

describe('createLambdaClient', () => {
  it('sends once, because an increment must not be repeated', async () => {
    expect(await createLambdaClient().config.maxAttempts()).toBe(1);
  });
});
