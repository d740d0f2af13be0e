import { withoutDisabled } from '../../../src/local/deploy/selection.ts';

const template = `
AWSTemplateFormatVersion: '2010-09-09'
Conditions:
  UseA:
    Fn::Equals:
    - Ref: EnableA
    - 'true'
  UseB:
    Fn::Equals:
    - Ref: EnableB
    - 'true'
  Gradual:
    Fn::Equals:
    - Ref: EnableB
    - 'false'
Resources:
  A:
    Type: T
    Condition: UseA
    Properties:
      Flag: 'yes'
      Answer: 'true'
      Day: '2010-09-09'
      Octal: '010'
  B:
    Type: T
    Condition: UseB
  C:
    Type: T
  D:
    Type: T
    Condition: Gradual
`;
interface Parsed {
  readonly AWSTemplateFormatVersion: string;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, { readonly Properties?: unknown }>>;
}
const without = (...disabled: string[]) => JSON.parse(withoutDisabled(template, disabled)) as Parsed;

describe('withoutDisabled', () => {
  it("drops what a disabled parameter's condition asks to be 'true'", () => {
    expect(Object.keys(without('EnableB').Resources)).toEqual(['A', 'C', 'D']);
    expect(Object.keys(without('EnableA', 'EnableB').Resources)).toEqual(['C', 'D']);
  });

  it('keeps everything when nothing is disabled, or only what no condition knows', () => {
    expect(Object.keys(without().Resources)).toEqual(['A', 'B', 'C', 'D']);
    expect(Object.keys(without('EnableZ').Resources)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('keeps texts that older YAML takes for other types', () => {
    const { AWSTemplateFormatVersion, Resources } = without('EnableB');
    expect(AWSTemplateFormatVersion).toBe('2010-09-09');
    expect(Resources['A']?.Properties).toEqual({
      Flag: 'yes',
      Answer: 'true',
      Day: '2010-09-09',
      Octal: '010',
    });
  });

  it('keeps the conditions, which others may refer to', () => {
    expect(Object.keys(without('EnableB').Conditions)).toEqual(['UseA', 'UseB', 'Gradual']);
  });
});
