import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkManifest, checkTemplate } from '../../lint/house-rules.mjs';
import { parseManifest } from '../../src/core/schema/manifest.ts';

const folder = join(__dirname, '../../templates');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const templates = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.yaml'));
const manifest = parseManifest(read('architectures.json'));

const good = `
Resources:
  WorkFunction:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 128
      Timeout: 3
      Role: !GetAtt Role.Arn
      LoggingConfig: { LogGroup: !Ref Logs }
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: { RetentionInDays: 7 }
  WorkTuning:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 128
      Timeout: 3
      Role: !GetAtt Role.Arn
      LoggingConfig: { LogGroup: !Ref TuningLogs }
  TuningLogs:
    Type: AWS::Logs::LogGroup
    Properties: { RetentionInDays: 7 }
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
  TlsOnly:
    Type: AWS::S3::BucketPolicy
    DeletionPolicy: Retain
    Properties: { Bucket: !Ref Bucket }
  Role:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: !Ref Boundary
      AssumeRolePolicyDocument:
        Statement:
          - Principal: { Service: lambda.amazonaws.com }
            Condition: { StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }
      Policies:
        - PolicyDocument:
            Statement:
              # Has no resource that a policy could name.
              - { Effect: Allow, Action: logs:ListLogDeliveries, Resource: '*' }
              - { Effect: Allow, Action: s3:GetObject, Resource: !Sub '\${Bucket}/*' }
              - { Effect: Deny, Action: 's3:*', Resource: '*' }
`;

/** The good template with one thing changed for the worse. */
const bad = (part: string, by: string): readonly string[] => {
  expect(good).toContain(part);
  return checkTemplate(good.replace(part, by));
};

describe('checkTemplate', () => {
  it('finds nothing wrong with a template that keeps every rule', () => {
    expect(checkTemplate(good)).toEqual([]);
  });

  it.each([
    'FunctionName: !If [IsNamed, !Sub "${NamePrefix}-work", !Ref AWS::NoValue]',
    'FunctionName: !Sub ${AWS::StackName}-work',
  ])('takes %s for a name that no second lab has', (name) => {
    expect(bad('Timeout: 3', `Timeout: 3\n      ${name}`)).toEqual([]);
  });

  it.each([
    ['logGroupPerFunction', 'LoggingConfig: { LogGroup: !Ref Logs }', ''],
    ['logGroupPerFunction', 'LogGroup: !Ref Logs', 'LogGroup: /aws/lambda/work'],
    ['logGroupPerFunction', '{ RetentionInDays: 7 }', '{}'],
    ['noFixedNames', 'Timeout: 3', 'Timeout: 3\n      FunctionName: work'],
    ['noFixedNames', '{ RetentionInDays: 7 }', '{ RetentionInDays: 7, LogGroupName: logs }'],
    ['noFixedNames', '      Policies:', '      RoleName: worker\n      Policies:'],
    ['noFixedNames', 'Timeout: 3', 'Timeout: 3\n      FunctionName: !Sub ${LabName}-work'],
    ['ownRole', 'Role: !GetAtt Role.Arn', ''],
    ['boundedRole', '      PermissionsBoundary: !Ref Boundary\n', ''],
    ['boundedRole', 'aws:SourceAccount', 'aws:Source'],
    ['policyStaysWithBucket', 'Policy\n    DeletionPolicy: Retain', 'Policy\n    DeletionPolicy: Delete'],
    ['chosenBounds', 'MemorySize: 128', ''],
    ['chosenBounds', 'Timeout: 3', ''],
    ['versionFollowsParameters', 'Timeout: 3', 'Timeout: 3\n      AutoPublishAlias: live'],
    ['noUnexplainedWildcard', '# Has no resource that a policy could name.', ''],
    ['noUnexplainedWildcard', "Resource: !Sub '${Bucket}/*'", "Resource: ['a', '*']"],
    ['noUnexplainedWildcard', 'Action: s3:GetObject', 'Action: [s3:Get*]'],
  ])('fires %s where "%s" becomes "%s"', (rule, part, by) => {
    const findings = bad(part, by);
    expect(findings.map((finding) => finding.split(':')[0])).toEqual([rule]);
  });

  const measured = `Timeout: 3
      AutoPublishAlias: live
      VersionDescription: !Sub \${MemorySize} \${CpuArchitecture}`;

  it.each([
    ['has none', '  WorkTuning:', '  OtherFunction:'],
    [
      'has other bounds',
      'MemorySize: 128\n      Timeout: 3\n      Role',
      'MemorySize: 128\n      Timeout: 4\n      Role',
    ],
    ['is built in another way', '  WorkTuning:', '  WorkTuning:\n    Metadata: { SkipBuild: true }'],
  ])('fires where the copy of a function that is measured %s', (_, part, by) => {
    const complete = good.replace('Timeout: 3', measured);
    expect(checkTemplate(complete)).toEqual([]);
    expect(complete).toContain(part);
    expect(checkTemplate(complete.replace(part, by))).toEqual([
      expect.stringMatching(/^copyOfMeasured: Work/),
    ]);
  });

  it('fires where a snapshot is taken of versions that SnapStart does not make', () => {
    const complete = good.replace('Timeout: 3', measured);
    const snapped = complete.replace('Timeout: 3', 'Timeout: 3\n      SnapStart: !If [IsSnapped, {}, {}]');
    expect(checkTemplate(snapped)).toEqual([
      expect.stringMatching(/^versionFollowsParameters: WorkFunction: a changed SnapStart would/),
    ]);
    expect(checkTemplate(snapped.replace('${MemorySize}', '${MemorySize} ${SnapStart}'))).toEqual([]);
  });

  it('fires where two functions share a log group', () => {
    const second = good.replace(
      / {2}WorkFunction:[^]+? {2}Logs:/,
      (block) => block.replace('  Logs:', '') + block.replace('WorkFunction', 'OtherFunction'),
    );
    expect(checkTemplate(second)).toEqual([
      expect.stringMatching('logGroupPerFunction: OtherFunction: shares'),
    ]);
  });

  it.each(templates)('finds nothing wrong with %s', (path) => {
    expect(checkTemplate(read(path))).toEqual([]);
  });
});

describe('checkManifest', () => {
  const changed = (path: string, part: string, by: string) => (asked: string) => {
    expect(read(path)).toContain(part);
    return asked === path ? read(path).replace(part, by) : read(asked);
  };
  const nodePath = 'architectures/node-dynamodb/template.yaml';

  it('finds the templates as the manifest describes them', () => {
    expect(checkManifest(manifest, read)).toEqual([]);
  });

  it.each([
    ['root.yaml', '  EnableNull:', '  EnableNil:', ['lacks parameter EnableNull', 'has parameter EnableNil']],
    ['root.yaml', '  StateMachineArn:', '  Machine:', ['lacks output StateMachineArn', 'has output Machine']],
    [nodePath, '  ApiUrlSuffix: {', '  Suffix: {', ['lacks parameter ApiUrlSuffix', 'has parameter Suffix']],
    [
      nodePath,
      '  NodeDynamodbFunction:',
      '  Work:',
      ['lacks function NodeDynamodbFunction', 'has function Work'],
    ],
  ])('fires where %s has "%s" as "%s"', (path, part, by, findings) => {
    expect(checkManifest(manifest, changed(path, part, by))).toEqual(
      findings.map((finding): unknown => expect.stringContaining(`${path}: ${finding}`)),
    );
  });
});
