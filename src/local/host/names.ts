/** Function names, qualifiers and alias weights as the Lambda API takes them. */
import type { Alias } from './types.ts';

export interface FunctionReference {
  readonly name: string;
  /** A version number, `$LATEST` or an alias; undefined where none was given. */
  readonly qualifier: string | undefined;
}

const pattern =
  /^(?:arn:aws[\w-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?([\w-]{1,140})(?::(\$LATEST|[\w-]{1,128}))?$/;

/** Reads a name, a partial or a full ARN, each with or without a qualifier; undefined where it is none of them. */
export const parseFunction = (text: string): FunctionReference | undefined => {
  const match = pattern.exec(text);
  return match?.[1] === undefined ? undefined : { name: match[1], qualifier: match[2] };
};

export const isVersion = (qualifier: string): boolean => qualifier === '$LATEST' || /^\d+$/.test(qualifier);

/**
 * The version that an invocation through an alias goes to.
 * @param random uniform in [0, 1)
 */
export const pickVersion = (alias: Alias, random: number): string => {
  let rest = random;
  for (const [version, weight] of Object.entries(alias.weights)) {
    if (rest < weight) return version;
    rest -= weight;
  }
  return alias.version;
};
