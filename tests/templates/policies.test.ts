import { policiesOf } from '../../lint/policies.mjs';

describe('policiesOf', () => {
  it('gives the policies of roles alone, with values of the right form for what a deployment fills in', () => {
    const template = `
Resources:
  Logs: { Type: AWS::Logs::LogGroup }
  Bucket: { Type: AWS::S3::Bucket }
  OfBucket:
    Type: AWS::S3::BucketPolicy
    Properties: { PolicyDocument: { Statement: [] } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [] }
      Policies:
        - PolicyDocument:
            Statement:
              - { Action: logs:PutLogEvents, Resource: !GetAtt Logs.Arn }
              - &read { Action: s3:GetObject, Resource: !Sub '\${Bucket.Arn}/runs/*' }
        - Fn::If:
            - InvokesOthers
            - PolicyDocument:
                Statement:
                  - *read
                  - { Action: lambda:InvokeFunction, Resource: !Ref InvokableFunctionArns }
                  - { Action: s3:PutObject, Resource: !Sub 'arn:\${AWS::Partition}:s3:::\${BucketName}/*' }
            - !Ref AWS::NoValue
`;
    const read = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::it/runs/*' };
    expect(policiesOf(template)).toEqual([
      {
        name: 'Role-1',
        document: {
          Statement: [
            {
              Action: 'logs:PutLogEvents',
              Resource: 'arn:aws:logs:eu-west-2:123456789012:log-group:it:*',
            },
            read,
          ],
        },
      },
      {
        name: 'Role-2',
        document: {
          Statement: [
            read,
            {
              Action: 'lambda:InvokeFunction',
              Resource: 'arn:aws:lambda:eu-west-2:123456789012:function:it:live',
            },
            { Action: 's3:PutObject', Resource: 'arn:aws:s3:::it/*' },
          ],
        },
      },
    ]);
  });
});
