import type { Context } from 'aws-lambda';
import { handler } from '../../../src/services/null/app.ts';
import { conform, vectorsFor, type Reply } from '../../contract/vectors.ts';

describe('handler', () => {
  it('conforms to every vector of the null target, cold once', async () => {
    const found = await conform(vectorsFor('null', 'none'), async ({ event }, index) => {
      const answer = await handler(event, { awsRequestId: `request-${index}` } as Context);
      return { status: answer.statusCode!, headers: answer.headers as Reply['headers'], body: answer.body };
    });
    expect(found).toEqual([]);
  });
});
