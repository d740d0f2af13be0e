import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Context } from 'aws-lambda';
import {
  canaryVector,
  conform,
  countedIn,
  departures,
  vectorsFor,
  type Reply,
  type Vector,
} from '../../contract/vectors.ts';

type Service = typeof import('../../../src/services/node-dynamodb/app.ts');

const store = mockClient(DynamoDBClient);
let service: Service;

/** A fresh process, as far as the module's state goes. */
beforeEach(async () => {
  store.reset();
  process.env['TABLE_NAME'] = 'counters';
  process.env['ARCHITECTURE_ID'] = 'node-dynamodb';
  process.env['AWS_LAMBDA_FUNCTION_VERSION'] = '7';
  jest.resetModules();
  jest.doMock('@aws-sdk/client-dynamodb', () => ({ DynamoDBClient, UpdateItemCommand }));
  service = await import('../../../src/services/node-dynamodb/app.ts');
});

const ask = async ({ event }: Vector, index = 0): Promise<Reply> => {
  const answer = await service.handler(event, { awsRequestId: `request-${index}` } as Context);
  return { status: answer.statusCode!, headers: answer.headers as Reply['headers'], body: answer.body };
};

describe('handler', () => {
  it('conforms to every vector with a working store, and counts only what must count', async () => {
    const counts: Record<string, number> = { hits: 0, canary: 0 };
    store.on(UpdateItemCommand).callsFake(({ Key }: { Key: { id: { S: string } } }) => ({
      Attributes: { hits: { N: String((counts[Key.id.S]! += 1)) } },
    }));
    const vectors = vectorsFor('sync-counter', 'up');
    expect(await conform(vectors, ask)).toEqual([]);
    expect(counts).toEqual(countedIn(vectors));
  });

  it('increments in one atomic update of the one item', async () => {
    store.on(UpdateItemCommand).resolves({ Attributes: { hits: { N: '41' } } });
    const [hit] = vectorsFor('sync-counter', 'up');
    expect((await ask(hit!)).body).toBe('{"hits":41}');
    expect(store.commandCalls(UpdateItemCommand)[0]!.args[0].input).toEqual({
      TableName: 'counters',
      Key: { id: { S: 'hits' } },
      UpdateExpression: 'ADD hits :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'UPDATED_NEW',
    });
  });

  it("takes a canary's requests to the item beside it, and says which version answers", async () => {
    store.on(UpdateItemCommand).resolves({ Attributes: { hits: { N: '3' } } });
    const { body, headers } = await ask(canaryVector);
    expect([body, headers['x-version']]).toEqual(['{"hits":3}', '7']);
    expect(store.commandCalls(UpdateItemCommand)[0]!.args[0].input.Key).toEqual({ id: { S: 'canary' } });
  });

  it('counts an event without headers as production', async () => {
    store.on(UpdateItemCommand).resolves({ Attributes: { hits: { N: '3' } } });
    const event = { ...canaryVector.event, headers: undefined } as unknown as Vector['event'];
    await ask({ ...canaryVector, event });
    expect(store.commandCalls(UpdateItemCommand)[0]!.args[0].input.Key).toEqual({ id: { S: 'hits' } });
  });

  it.each([
    ['fails', () => store.on(UpdateItemCommand).rejects(new Error('connect ECONNREFUSED 10.0.0.7'))],
    ['acknowledges without a count', () => store.on(UpdateItemCommand).resolves({})],
  ])('answers 500 without internals and logs the cause when the store %s', async (_how, arrange) => {
    arrange();
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const [down] = vectorsFor('sync-counter', 'down');
    expect(departures(down!, await ask(down!))).toEqual([]);
    expect(log).toHaveBeenCalledWith('increment failed:', expect.any(Error));
    log.mockRestore();
  });
});
