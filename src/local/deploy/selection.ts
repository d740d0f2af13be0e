/** Leaves architectures out of the built root template. Pure. */
import { parse } from 'yaml';

interface Template {
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, { readonly Condition?: string }>>;
}

/** The parameter that a condition of the form `Equals [Ref X, 'true']` asks for. */
const askedFor = (condition: unknown): string | undefined => {
  const equals = (condition as { 'Fn::Equals'?: unknown } | undefined)?.['Fn::Equals'];
  if (!Array.isArray(equals)) return undefined;
  const [left, right] = equals as [{ Ref?: string } | undefined, unknown];
  return right === 'true' ? left?.Ref : undefined;
};

/**
 * Drops the resources whose condition is false because their parameter is 'false'. `sam deploy` would package them
 * although they are not created, and the source of what was left out was never built.
 * @param text the template as `sam build` writes it: YAML 1.1 without short forms of intrinsic functions
 * @param disabled parameters of the form Enable<X> that are going to be 'false'
 * @returns the template as JSON, which is YAML too
 */
export const withoutDisabled = (text: string, disabled: readonly string[]): string => {
  const template = parse(text, { version: '1.1' }) as Template;
  const off = (name: string | undefined): boolean => {
    const parameter = name === undefined ? undefined : askedFor(template.Conditions?.[name]);
    return parameter !== undefined && disabled.includes(parameter);
  };
  const kept = Object.entries(template.Resources).filter(([, { Condition }]) => !off(Condition));
  return JSON.stringify({ ...template, Resources: Object.fromEntries(kept) }, null, 1);
};
