/** The evaluator beside another one, which the emulator's authors wrote on their own. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { root } from '../fixtures/bundle.ts';
import { decide, type Policy, type Request, type Statement } from './policy.ts';

jest.setTimeout(120_000);

/** Answers, for each policy and request, what `decide` says in its own words. */
const program = `
import json, sys
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

words = {"Allow": "allowed", "Deny": "denied by a statement", "ImplicitDeny": "allowed by no statement"}

def judge(identity, boundary, request):
    context = {key: value for key, value in request["context"].items()}
    asked = EvalContext(request["principal"], "AssumedRole", "111122223333", request["action"],
                        request["resource"], "us-east-1", service_context=context)
    limits = [[parse_policy_document(boundary)]] if boundary else []
    return words[evaluate(asked, [parse_policy_document(policy) for policy in identity], *limits).decision]

print(json.dumps([judge(*case) for case in json.load(sys.stdin)]))
`;

const patterns = (...texts: string[]) =>
  fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 });
const actions = patterns('s3:GetObject', 's3:Get*', 'S3:*', '*', 's3:PutObject', 's3:?etObject', 'ssm:*');
const resources = patterns(
  ...['*', 'arn:aws:s3:::bucket/a/b', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket', 'arn:aws:s3:::*/b'],
  ...['arn:aws:s3:::bucket/a/?', 'arn:aws:s3:::other/*'],
);
const accounts = patterns('111122223333', '444455556666', '1111*', '*3333', '1111222233??');
const arns = patterns(
  'arn:aws:lambda:*:*:function:*',
  'arn:aws:lambda:us-east-1:111122223333:function:f',
  'arn:aws:sns:*:*:*',
);
const conditions = fc.oneof(
  fc.constant({}),
  ...[
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLike',
    'StringEqualsIfExists',
    'StringNotLikeIfExists',
  ].map((operator) => fc.record({ [operator]: fc.record({ 'aws:SourceAccount': accounts }) })),
  ...['ArnLike', 'ArnEquals', 'ArnNotLike', 'ArnNotEquals', 'ArnLikeIfExists'].map((operator) =>
    fc.record({ [operator]: fc.record({ 'aws:SourceArn': arns }) }),
  ),
  fc.record({ Null: fc.record({ 'aws:SourceArn': fc.constantFrom('true', 'false') }) }),
);
const statements: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
    action: fc.tuple(fc.constantFrom('Action', 'Action', 'NotAction'), actions),
    resource: fc.tuple(fc.constantFrom('Resource', 'Resource', 'NotResource'), resources),
    Condition: conditions,
  })
  .map(({ Effect, action, resource, Condition }) => ({
    ...{ Effect, Condition, [action[0]]: action[1], [resource[0]]: resource[1] },
  }));
const policies: fc.Arbitrary<Policy> = fc
  .array(statements, { minLength: 1, maxLength: 4 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }));
const requests: fc.Arbitrary<Request> = fc.record({
  principal: fc.constant('arn:aws:iam::111122223333:role/r'),
  action: fc.constantFrom('s3:GetObject', 's3:PutObject'),
  resource: fc.constantFrom('arn:aws:s3:::bucket/a/b', 'arn:aws:s3:::bucket'),
  context: fc.record({
    'aws:sourceaccount': fc.constantFrom(undefined, '111122223333', '444455556666'),
    'aws:sourcearn': fc.constantFrom(
      undefined,
      'arn:aws:lambda:us-east-1:111122223333:function:f',
      'arn:aws:sns:us-east-1:1:t',
    ),
  }),
});

it("judges 5,000 random policies as the emulator's own evaluator does", async () => {
  const { emulator } = await ensureTools(root, ['emulator']);
  const boundaries = fc.option(policies, { nil: undefined });
  const cases = fc.sample(fc.tuple(fc.array(policies, { maxLength: 3 }), boundaries, requests), 5000);
  const input = JSON.stringify(
    cases.map(([identity, boundary, request]) => [identity, boundary ?? null, request]),
  );
  const answered = execFileSync(emulator.exec, ['-c', program], {
    ...{ input, maxBuffer: 1e8, encoding: 'utf8' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const others = JSON.parse(answered) as string[];
  const ours = cases.map(([identity, boundary, request]) => decide({ identity, boundary }, request));
  const differing = cases.filter((_, i) => ours[i] !== others[i]);
  expect(differing).toEqual([]);
  // Otherwise little would have been compared.
  for (const decision of ['allowed', 'denied by a statement', 'allowed by no statement'])
    expect(ours.filter((one) => one === decision).length).toBeGreaterThan(300);
});
