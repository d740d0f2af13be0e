import fc from 'fast-check';
import { decide, type Decision, grantsOf, type Policies, type Request, type Statement } from './policy.ts';
import { allow, deny, policy } from './statements.ts';

const [none, denied]: Decision[] = ['allowed by no statement', 'denied by a statement'];
const role = 'arn:aws:iam::111122223333:role/reader';
const object = 'arn:aws:s3:::amzn-s3-demo-bucket/folder/object.txt';
const get = (context: Request['context'] = {}, resource = object): Request => ({
  ...{ principal: role, action: 's3:GetObject', resource, context },
});
const by = (...statements: readonly Statement[]): Policies => ({ identity: [policy(...statements)] });

describe('decide', () => {
  it.each<[string, Policies, Decision | undefined]>([
    ['nothing', by(), none],
    ['an allowance', by(allow('s3:GetObject', object)), 'allowed'],
    ['several actions, one of them', by(allow(['s3:PutObject', 's3:Get*'], '*')), 'allowed'],
    ['an action in other letters', by(allow('S3:getobject', '*')), 'allowed'],
    ['another action', by(allow('s3:GetObjectVersion', '*')), none],
    ['one character too many', by(allow('s3:GetObject?', '*')), none],
    ['every object', by(allow('s3:*', 'arn:aws:s3:::amzn-s3-demo-bucket/*')), 'allowed'],
    ['the bucket alone', by(allow('s3:*', 'arn:aws:s3:::amzn-s3-demo-bucket')), none],
    ['a resource in other letters', by(allow('s3:*', object.toUpperCase().replace('ARN', 'arn'))), none],
    ['a part too short', by(allow('s3:*', 'arn:aws:s*:::amzn-s3-demo-bucket')), none],
    ['an allowance and a denial', by(allow('*', '*'), deny('s3:*', '*')), denied],
    ['a denial of something else', by(allow('*', '*'), deny('s3:PutObject', '*')), 'allowed'],
    ['NotAction of others', by({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }), 'allowed'],
    ['NotAction of this', by({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }), none],
    [
      'NotResource of others',
      by(allow('*', '*'), { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::other/*' }),
      denied,
    ],
    [
      'NotResource of this',
      by(allow('*', '*'), { Effect: 'Deny', Action: 's3:*', NotResource: [object] }),
      'allowed',
    ],
    ['a boundary without it', { ...by(allow('*', '*')), boundary: policy(allow('s3:Put*', '*')) }, none],
    ['a boundary alone', { identity: [], boundary: policy(allow('*', '*')) }, none],
    ['a boundary with it', { ...by(allow('*', '*')), boundary: policy(allow('s3:*', '*')) }, 'allowed'],
    [
      'a boundary that denies',
      { ...by(allow('*', '*')), boundary: policy(allow('*', '*'), deny('s3:*', '*')) },
      denied,
    ],
  ])('%s: %s', (_, policies, decision) => {
    expect(decide(policies, get())).toBe(decision);
  });

  const anyone: Statement = { ...allow('s3:GetObject', object), Principal: '*' };
  it.each<[string, Statement, Decision | undefined]>([
    ['to everybody', anyone, 'allowed'],
    ['to the role', { ...anyone, Principal: { AWS: role } }, 'allowed'],
    ['to another role', { ...anyone, Principal: { AWS: `${role}2` } }, none],
    ['to a service', { ...anyone, Principal: { Service: ['lambda.amazonaws.com'] } }, none],
  ])("the resource's own policy, %s", (_, statement, decision) => {
    expect(decide({ identity: [], resource: [policy(statement)] }, get())).toBe(decision);
  });

  it("is denied by the resource's policy, whatever the role's says", () => {
    const tlsOnly = {
      ...deny('s3:*', '*', { Bool: { 'aws:SecureTransport': 'false' } }),
      Principal: '*',
    } as const;
    const policies = { ...by(allow('*', '*')), resource: [policy(tlsOnly)] };
    expect(decide(policies, get({ 'aws:securetransport': 'false' }))).toBe(denied);
    expect(decide(policies, get({ 'aws:securetransport': 'true' }))).toBe('allowed');
  });
});

/** Each as the table of "IAM JSON policy elements: Condition operators" has it. */
describe('conditions', () => {
  const account = { 'aws:sourceaccount': '111122223333' };
  const unknown = { 'aws:sourceaccount': undefined };
  const source = { 'aws:sourcearn': 'arn:aws:lambda:us-east-2:111122223333:function:f' };
  it.each<[Record<string, Record<string, unknown>>, Request['context'], boolean]>([
    [{ StringEquals: { 'aws:SourceAccount': '111122223333' } }, account, true],
    [{ StringEquals: { 'aws:SourceAccount': ['1', '111122223333'] } }, account, true],
    [{ StringEquals: { 'aws:SourceAccount': '1111' } }, account, false],
    [{ StringEquals: { 'aws:SourceAccount': '111122223333' } }, unknown, false],
    [{ StringEqualsIfExists: { 'aws:SourceAccount': '1' } }, unknown, true],
    [{ StringEqualsIfExists: { 'aws:SourceAccount': '1' } }, account, false],
    [{ StringNotEquals: { 'aws:SourceAccount': '1' } }, account, true],
    [{ StringNotEquals: { 'aws:SourceAccount': ['1', '111122223333'] } }, account, false],
    [{ StringNotEquals: { 'aws:SourceAccount': '1' } }, unknown, true],
    [{ StringLike: { 'aws:SourceAccount': '1111*' } }, account, true],
    [{ StringNotLike: { 'aws:SourceAccount': '1111*' } }, account, false],
    [{ StringEqualsIgnoreCase: { 'aws:SourceArn': source['aws:sourcearn'].toUpperCase() } }, source, true],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:111122223333:function:*' } }, source, true],
    [{ ArnEquals: { 'aws:SourceArn': 'arn:aws:lambda:us-west-1:111122223333:function:*' } }, source, false],
    [{ ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:*' } }, source, true],
    // A wildcard does not reach over the parts of an ARN.
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:function:f' } }, source, false],
    [{ Null: { 'aws:SourceAccount': 'true' } }, unknown, true],
    [{ Null: { 'aws:SourceAccount': 'true' } }, account, false],
    [{ Null: { 'aws:SourceAccount': 'false' } }, account, true],
    [{ Bool: { 'aws:SecureTransport': true } }, { 'aws:securetransport': 'true' }, true],
    // Keys of one operator, and operators, all have to hold.
    [
      {
        StringEquals: { 'aws:SourceAccount': '111122223333' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::*' },
      },
      { ...account, ...source },
      false,
    ],
  ])('%j', (condition, context, holds) => {
    expect(decide(by(allow('*', '*', condition)), get(context)) === 'allowed').toBe(holds);
  });

  it('fills in policy variables, in resources and conditions', () => {
    const own = allow('s3:*', 'arn:aws:s3:::amzn-s3-demo-bucket/${aws:username}/*');
    const user = { 'aws:username': 'folder' };
    expect(decide(by(own), get(user))).toBe('allowed');
    expect(decide(by(own), get({ 'aws:username': 'other' }))).toBe(none);
    const same = { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } };
    const accounts = { 'aws:resourceaccount': '1', 'aws:principalaccount': '2' };
    expect(decide(by(allow('*', '*', same)), get(accounts))).toBe(none);
  });
});

describe('what is not evaluated', () => {
  const odd = (statement: object, Version = '2012-10-17') => ({
    identity: [{ Version, Statement: { ...allow('*', '*'), ...statement } }],
  });
  it.each<[string, Policies]>([
    ['version 2008-10-17', odd({}, '2008-10-17')],
    ['the element NotPrincipal', odd({ NotPrincipal: '*' })],
    ['key aws:userid is not known', odd({ Condition: { StringEquals: { 'aws:userid': 'x' } } })],
    ['operator NumericLessThan', odd({ Condition: { NumericLessThan: { 's3:max-keys': '1' } } })],
    [
      'operator ForAllValues:StringLike',
      odd({ Condition: { 'ForAllValues:StringLike': { 's3:max-keys': '1' } } }),
    ],
    ['policy variable s3:prefix has no value', odd({ Resource: 'arn:aws:s3:::b/${s3:prefix}' })],
    ['"bucket" is no ARN', odd({ Resource: 'bucket' })],
    ['the principal Federated', odd({ Principal: { Federated: 'cognito' } })],
    [
      'the principal arn:aws:iam::111122223333:root',
      odd({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } }),
    ],
  ])('is refused: %s', (said, policies) => {
    const request = get({ 's3:max-keys': '1', 's3:prefix': undefined });
    expect(() => decide(policies, request)).toThrow(said);
  });
});

const actions = fc.constantFrom('s3:GetObject', 's3:Get*', 's3:*', '*', 's3:PutObject', 'S3:get?bject');
const resources = fc.constantFrom(
  '*',
  object,
  'arn:aws:s3:::*',
  'arn:aws:s3:::amzn-s3-demo-bucket/*',
  'arn:aws:s3:::x',
);
const statements: fc.Arbitrary<Statement> = fc.record({
  Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
  Action: fc.uniqueArray(actions, { minLength: 1, maxLength: 3 }),
  Resource: fc.uniqueArray(resources, { minLength: 1, maxLength: 3 }),
});

describe('properties', () => {
  const decision = (given: readonly Statement[]) => decide(by(...given), get());
  it('no order of statements matters', () => {
    fc.assert(
      fc.property(fc.array(statements), (given) => decision(given) === decision([...given].reverse())),
    );
  });

  it('a denial more never allows, an allowance more never denies', () => {
    fc.assert(
      fc.property(fc.array(statements), statements, (given, more) => {
        const [before, after] = [decision(given), decision([...given, more])];
        return more.Effect === 'Deny'
          ? after !== 'allowed' || before === 'allowed'
          : after === 'allowed' || before !== 'allowed';
      }),
    );
  });

  it('a policy and its single grants allow the same', () => {
    fc.assert(
      fc.property(fc.array(statements), (given) => {
        const allowing = given.filter(({ Effect }) => Effect === 'Allow');
        return decide({ identity: grantsOf(policy(...given)) }, get()) === decision(allowing);
      }),
    );
  });
});
