import { checkDeployment, typesIn } from '../../lint/deployment.mjs';

const policy = (actions: readonly string[]) => `
Resources:
  Role:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: [{ Effect: Allow, Action: [${actions.join(', ')}], Resource: '*' }]
`;
const callsOf = (type: string) =>
  type === 'AWS::DynamoDB::Table' ? ['dynamodb:CreateTable', 'kms:Decrypt', 'dynamodb:DeleteTable'] : [];

describe('checkDeployment', () => {
  const types = new Set(['AWS::DynamoDB::Table']);

  it('finds nothing where all that is called is allowed, and calls for what no template sets are left out', () => {
    const text = policy(['dynamodb:CreateTable', 'dynamodb:DeleteTable', 'lambda:InvokeFunction']);
    expect(checkDeployment(text, types, callsOf)).toEqual([]);
  });

  it('names what is lacking with the type that takes it, and what nothing calls', () => {
    expect(checkDeployment(policy(['dynamodb:CreateTable', 'dynamodb:Scan']), types, callsOf)).toEqual([
      'lacks dynamodb:DeleteTable, which CloudFormation calls for AWS::DynamoDB::Table',
      'allows dynamodb:Scan, which no resource of the lab calls',
    ]);
  });
});

describe('typesIn', () => {
  it('reads what SAM makes of its own types, and no custom resources', () => {
    const text = `
Resources:
  A: { Type: 'AWS::Serverless::Application' }
  B: { Type: 'AWS::Serverless::StateMachine' }
  C: { Type: 'Custom::Emptied' }
`;
    expect([...typesIn([text])]).toEqual(['AWS::CloudFormation::Stack', 'AWS::StepFunctions::StateMachine']);
  });
});
