import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { lambdaAliases } from '../../../src/adapters/aws/aliases.ts';

const functionArn = 'arn:aws:lambda:eu-west-2:123456789012:function:counter';

const aws = () => {
  const client = new LambdaClient({ region: 'eu-west-2' });
  return { get: mockClient(client).on(GetAliasCommand, { FunctionName: functionArn, Name: 'live' }), client };
};
const stateOf = (client: LambdaClient) => lambdaAliases(client).stateOf(`${functionArn}:live`);

describe('lambdaAliases', () => {
  it('tells the version, and the other one while traffic shifts', async () => {
    const { get, client } = aws();
    get
      .resolvesOnce({ FunctionVersion: '3' })
      .resolvesOnce({ FunctionVersion: '3', RoutingConfig: { AdditionalVersionWeights: { '4': 0.1 } } })
      .resolvesOnce({ FunctionVersion: '4', RoutingConfig: { AdditionalVersionWeights: { '3': 0 } } });
    expect(await stateOf(client)).toEqual({ version: '3' });
    expect(await stateOf(client)).toEqual({ version: '3', other: { version: '4', weight: 0.1 } });
    expect(await stateOf(client)).toEqual({ version: '4' });
  });

  it('knows none where there is none, and hands on other errors', async () => {
    const { get, client } = aws();
    get
      .rejectsOnce(Object.assign(new Error(), { name: 'ResourceNotFoundException' }))
      .rejectsOnce(new Error('denied'));
    expect(await stateOf(client)).toBeUndefined();
    await expect(stateOf(client)).rejects.toThrow('denied');
  });
});
