import type { Context } from 'aws-lambda';
import { conform, vectorsFor, type Reply } from '../../contract/vectors.ts';

describe('handler', () => {
  it('conforms to every vector of the null target, cold once', async () => {
    process.env['AWS_LAMBDA_FUNCTION_VERSION'] = '7';
    const { handler } = await import('../../../src/services/null/app.ts');
    const found = await conform(vectorsFor('null', 'none'), async ({ event }, index) => {
      const answer = await handler(event, { awsRequestId: `request-${index}` } as Context);
      return { status: answer.statusCode!, headers: answer.headers as Reply['headers'], body: answer.body };
    });
    expect(found).toEqual([]);
  });
});
