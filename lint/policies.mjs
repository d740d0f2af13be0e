/**
 * The identity policies of a template as plain IAM documents, for a linter that knows no templates. What only a
 * deployment knows gets a value of the right form: an ARN of its resource's type, in an account that is nobody's.
 */
import { parse } from 'yaml';

/** @typedef {Record<string, { Type?: string }>} Resources */
/** @typedef {{ name: string, document: unknown }} Policy */

/** Every reference as a Sub, until the template's resources are known. @type {import('yaml').Tags} */
const customTags = [
  ...['!Ref', '!GetAtt', '!Sub'].map((tag) => ({
    tag,
    resolve: (/** @type {string} */ text) => ({ 'Fn::Sub': tag === '!Sub' ? text : `\${${text}}` }),
  })),
  // One element stands for a list of them, and the first choice for both.
  ...['!Split', '!If'].map((tag) => ({
    tag,
    collection: /** @type {const} */ ('seq'),
    resolve: (/** @type {unknown} */ list) => /** @type {import('yaml').YAMLSeq} */ (list).items[1],
  })),
  // With names of its own, which have the form of names.
  {
    tag: '!Sub',
    collection: 'seq',
    resolve: (list) => ({
      'Fn::Sub': String(/** @type {import('yaml').YAMLSeq<import('yaml').Scalar>} */ (list).items[0]?.value),
    }),
  },
];

const here = 'eu-west-2:123456789012';
/** @type {Record<string, string>} */
const pseudo = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-2',
  'AWS::AccountId': '123456789012',
  'AWS::StackId': `arn:aws:cloudformation:${here}:stack/lab/0a1b`,
};
/** By the type of the resource that is referred to. @type {Record<string, string>} */
const arns = {
  'AWS::CloudWatch::Alarm': `arn:aws:cloudwatch:${here}:alarm:it`,
  'AWS::CodeBuild::Project': `arn:aws:codebuild:${here}:project/it`,
  'AWS::DynamoDB::Table': `arn:aws:dynamodb:${here}:table/it`,
  'AWS::Logs::LogGroup': `arn:aws:logs:${here}:log-group:it:*`,
  'AWS::S3::Bucket': 'arn:aws:s3:::it',
  'AWS::Serverless::LayerVersion': `arn:aws:lambda:${here}:layer:it:1`,
  'AWS::Serverless::StateMachine': `arn:aws:states:${here}:stateMachine:it`,
  'AWS::SSM::Parameter': '/it',
};

/** By the reference's own name: parameters, and outputs of other stacks. @type {readonly (readonly [RegExp, string])[]} */
const names = [
  [/Function(Alias)?(Arns?|\.Arn)$/, `arn:aws:lambda:${here}:function:it:live`],
  [/LayerArn$/, `arn:aws:lambda:${here}:layer:it:1`],
  [/RoleArns?$/, 'arn:aws:iam::123456789012:role/it'],
  [/PermissionsBoundary$/, 'arn:aws:iam::123456789012:policy/it'],
  [/ConnectionArn$/, `arn:aws:codestar-connections:${here}:connection/0a1b2c3d-0000-0000-0000-000000000000`],
  [/(TunerArn|StateMachineARN)$/, `arn:aws:states:${here}:stateMachine:it`],
];

/** @param {string} reference @param {Resources} resources */
const valueOf = (reference, resources) => {
  const [id = '', attribute] = reference.split('.');
  const own = attribute === 'Name' ? undefined : arns[resources[id]?.Type ?? ''];
  const named = names.find(([pattern]) => pattern.test(reference))?.[1] ?? 'it';
  return pseudo[reference] ?? own ?? named;
};

/** @param {unknown} value @param {Resources} resources @returns {unknown} */
const resolved = (value, resources) => {
  if (Array.isArray(value)) return value.map((item) => resolved(item, resources));
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Sub' in value) {
    const reference = /\$\{([^}]+)\}/g;
    return String(value['Fn::Sub']).replaceAll(reference, (_, name) => valueOf(String(name), resources));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, resources)]));
};

/** Every PolicyDocument in `value`, at any depth. @param {unknown} value @returns {unknown[]} */
const documentsIn = (value) =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, item]) =>
        key === 'PolicyDocument' ? [/** @type {unknown} */ (item)] : documentsIn(item),
      );

/** @param {string} text a template @returns {Policy[]} those of its roles, by the logical ids that have them */
export const policiesOf = (text) => {
  /** @type {unknown} */
  const template = parse(text, { customTags, logLevel: 'error' });
  const { Resources } = /** @type {{ Resources: Resources }} */ (template);
  return Object.entries(Resources)
    .filter(([, { Type = '' }]) => Type.startsWith('AWS::IAM::'))
    .flatMap(([id, resource]) =>
      documentsIn(resource).map((document, i) => ({
        name: `${id}-${i + 1}`,
        document: resolved(document, Resources),
      })),
    );
};
