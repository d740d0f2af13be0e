import type { Context } from 'aws-lambda';
import { handler } from '../../../src/services/null/app.ts';
import { departures, sequenceDepartures, vectorsFor, type Reply } from '../../contract/vectors.ts';

describe('handler', () => {
  it('conforms to every vector of the null target, cold once', async () => {
    const replies: Reply[] = [];
    for (const [index, vector] of vectorsFor('null', 'none').entries()) {
      const answer = await handler(vector.event, { awsRequestId: `request-${index}` } as Context);
      replies.push({
        status: answer.statusCode!,
        headers: answer.headers as Reply['headers'],
        body: answer.body,
      });
      expect(departures(vector, replies[index]!)).toEqual([]);
    }
    expect(sequenceDepartures(replies)).toEqual([]);
  });
});
