import type { HitRequest } from '../../src/app/hit/request.ts';
import { hitFrom } from '../../src/cli/commands/hit.ts';
import type { FunctionReply } from '../../src/ports/index.ts';
import { errorNamed } from '../support/errors.ts';

const request = { url: 'https://example.com/hits', count: 5 } as HitRequest;
const answering = (reply: Partial<FunctionReply>) => ({
  invoke: () => Promise.resolve({ requestId: 'r', payload: '', throttled: false, ...reply }),
});

describe('hitFrom', () => {
  it('hands the request over and the result back', async () => {
    const sent: string[] = [];
    const result = { schema: 'latency-lab.hit.v1', sent: 5 };
    const generator = {
      invoke: (_: string, payload: string) => {
        sent.push(payload);
        return Promise.resolve({ requestId: 'r', payload: JSON.stringify(result), throttled: false });
      },
    };
    expect(await hitFrom('generator', request, generator)).toEqual(result);
    expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([{ hit: request }]);
  });

  it('says what to name instead of a function that there is not', async () => {
    const unknown = {
      invoke: () => Promise.reject(errorNamed('ResourceNotFoundException')),
    };
    await expect(hitFrom('rust-dynamodb', request, unknown)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^--from: given "rust-dynamodb".*output GeneratorFunctionArn/),
    });
  });

  it.each(['{"statusCode":404,"body":"{}"}', 'null', '', '<html>'])(
    'refuses a function that is no generator and answers %p',
    async (payload) => {
      await expect(hitFrom('mine', request, answering({ payload }))).rejects.toMatchObject({
        name: 'InputError',
        field: '--from',
        message: expect.stringContaining('answers something else'),
      });
    },
  );

  it("fails with the function's own words, or says that it was throttled", async () => {
    const payload = JSON.stringify({ errorType: 'X', errorMessage: 'out of sockets' });
    await expect(hitFrom('g', request, answering({ payload, functionError: 'Unhandled' }))).rejects.toThrow(
      'out of sockets',
    );
    await expect(hitFrom('g', request, answering({ throttled: true }))).rejects.toThrow('was throttled');
  });
});
