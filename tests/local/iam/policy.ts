/**
 * Evaluates IAM policies as the IAM User Guide says under "Policy evaluation logic", "IAM JSON policy elements reference"
 * and "IAM JSON policy elements: Condition operators", for one account. Whatever it does not know it refuses, so that
 * nothing is taken for allowed or denied by mistake. Pure.
 */

type OneOrMore<T> = T | readonly T[];
type Block = Readonly<Record<string, Readonly<Record<string, OneOrMore<string | boolean>>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMore<string>;
  readonly NotAction?: OneOrMore<string>;
  readonly Resource?: OneOrMore<string>;
  readonly NotResource?: OneOrMore<string>;
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore<string>>>;
  readonly Condition?: Block;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: OneOrMore<Statement>;
}

export interface Request {
  /** ARN of a role, or name of a service such as `apigateway.amazonaws.com`. */
  readonly principal: string;
  /** `service:Action`. */
  readonly action: string;
  readonly resource: string;
  /** What AWS would know under each condition key, in lower case; undefined where it would know nothing. */
  readonly context: Readonly<Record<string, string | undefined>>;
}

export interface Policies {
  /** Attached to the principal. */
  readonly identity: readonly Policy[];
  /** The most that `identity` can allow. */
  readonly boundary?: Policy | undefined;
  /** Attached to the resource. */
  readonly resource?: readonly Policy[];
}

export type Decision = 'allowed' | 'denied by a statement' | 'allowed by no statement';

const known = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition'];

const list = <T>(value: OneOrMore<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** @throws Error for what is not evaluated here */
export const statementsOf = ({ Version, Statement }: Policy): readonly Statement[] => {
  if (Version !== '2012-10-17') throw new Error(`a policy of version ${Version} is not evaluated`);
  const statements = list(Statement);
  for (const statement of statements) {
    const odd = Object.keys(statement).find((element) => !known.includes(element));
    if (odd !== undefined) throw new Error(`the element ${odd} is not evaluated`);
  }
  return statements;
};

/** `*` is any text, `?` any one character. */
const matcher = (pattern: string, flags = ''): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    `s${flags}`,
  );

/** An ARN's six parts; the last holds the rest. */
const arnParts = (arn: string): readonly string[] => {
  const parts = arn.split(':');
  if (parts.length < 6 || parts[0] !== 'arn') throw new Error(`"${arn}" is no ARN`);
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/** Wildcards match within a part, as "IAM JSON policy elements: Resource" has it. */
const arnMatches = (pattern: string, arn: string): boolean => {
  if (pattern === '*') return true;
  const parts = arnParts(arn);
  return arnParts(pattern).every((part, i) => matcher(part).test(parts[i] ?? ''));
};

const valueOf = ({ context }: Request, key: string): string | undefined => {
  const name = key.toLowerCase();
  if (!(name in context)) throw new Error(`what AWS would know under the key ${key} is not known`);
  return context[name];
};

/** Fills in policy variables. */
const filledIn = (text: string, request: Request): string =>
  text.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
    const value = valueOf(request, variable);
    if (value === undefined) throw new Error(`the policy variable ${variable} has no value`);
    return value;
  });

const arnLike = (actual: string, wanted: string): boolean => arnMatches(wanted, actual);

const operators: Readonly<Record<string, (actual: string, wanted: string) => boolean>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: (actual, wanted) => matcher(wanted).test(actual),
  ArnLike: arnLike,
  ArnEquals: arnLike,
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
};

const conditionHolds = (
  operator: string,
  key: string,
  wanted: readonly string[],
  request: Request,
): boolean => {
  const actual = valueOf(request, key);
  if (operator === 'Null') return wanted.some((value) => (value === 'true') === (actual === undefined));
  const [, kind = '', not, what = '', ifExists] =
    /^(String|Arn)(Not)?(\w+?)(IfExists)?$/.exec(operator) ?? /^(Bool)()()(IfExists)?$/.exec(operator) ?? [];
  const matches = operators[`${kind}${what}`];
  if (matches === undefined) throw new Error(`the condition operator ${operator} is not evaluated`);
  // Where there is no value, a negated operator holds, and so does one that asks "if exists".
  if (actual === undefined) return ifExists === 'IfExists' || not === 'Not';
  return wanted.some((value) => matches(actual, filledIn(value, request))) !== (not === 'Not');
};

const conditionsHold = (block: Block, request: Request): boolean =>
  Object.entries(block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      conditionHolds(operator, key, list(wanted).map(String), request),
    ),
  );

const principalMatches = ({ Principal }: Statement, { principal }: Request): boolean => {
  if (Principal === undefined || Principal === '*') return true;
  return Object.entries(Principal).some(([kind, names]) => {
    if (kind !== 'AWS' && kind !== 'Service') throw new Error(`the principal ${kind} is not evaluated`);
    return list(names).some((name) => {
      if (kind === 'AWS' && name !== '*' && !name.includes(':role/'))
        throw new Error(`the principal ${name} is not evaluated`);
      return name === principal || (kind === 'AWS' && name === '*');
    });
  });
};

const actionMatches = (pattern: string, { action }: Request): boolean => matcher(pattern, 'i').test(action);

const resourceMatches = (pattern: string, request: Request): boolean =>
  arnMatches(filledIn(pattern, request), request.resource);

/** Whether the statement says anything about the request. */
export const applies = (statement: Statement, request: Request): boolean => {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const isAction = list(Action ?? NotAction).some((pattern) => actionMatches(pattern, request));
  if (isAction === (Action === undefined)) return false;
  // A trust policy has no resource: it is that of its own role.
  if (Resource !== undefined || NotResource !== undefined) {
    const isResource = list(Resource ?? NotResource).some((pattern) => resourceMatches(pattern, request));
    if (isResource === (Resource === undefined)) return false;
  }
  return principalMatches(statement, request) && conditionsHold(Condition, request);
};

const says = (effect: Statement['Effect'], policies: readonly Policy[], request: Request): boolean =>
  policies
    .flatMap(statementsOf)
    .some((statement) => statement.Effect === effect && applies(statement, request));

/** An explicit denial wins over everything; without an allowance everything is denied. */
export const decide = ({ identity, boundary, resource = [] }: Policies, request: Request): Decision => {
  const limit = boundary === undefined ? [] : [boundary];
  if (says('Deny', [...identity, ...limit, ...resource], request)) return 'denied by a statement';
  const within = boundary === undefined || says('Allow', limit, request);
  return within && says('Allow', [...identity, ...resource], request) ? 'allowed' : 'allowed by no statement';
};

/** What a policy allows, cut into policies of one action on one resource each; what it denies is left out. */
export const grantsOf = (policy: Policy): readonly Policy[] =>
  statementsOf(policy)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) => {
      const { Action, Resource } = statement;
      const byAction = list(Action).map((one) => ({ ...statement, Action: one }));
      return (Action === undefined ? [statement] : byAction).flatMap((part) =>
        Resource === undefined ? [part] : list(Resource).map((one) => ({ ...part, Resource: one })),
      );
    })
    .map((Statement) => ({ Version: policy.Version, Statement }));
