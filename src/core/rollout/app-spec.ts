/** The AppSpec of a deployment for Lambda. Source: "AppSpec file structure for AWS Lambda deployments" in CodeDeploy's user guide. */
import * as v from 'valibot';
import { dictionary, list, openFields, type Output, readJson, text } from '../schema/fields.ts';

const name = text(200);

const appSpec = openFields({
  Resources: list(
    dictionary(
      openFields({
        Properties: openFields({ Name: name, Alias: name, CurrentVersion: name, TargetVersion: name }),
      }),
      v.string(),
    ),
    10,
    1,
  ),
});

type Properties = Output<typeof appSpec>['Resources'][number][string]['Properties'];

/** Where CodeDeploy tells of no target; CloudFormation writes it as JSON. Of the first function. @throws InputError for another text than such a JSON */
export const readAppSpec = (content: string): Properties | undefined =>
  Object.values(
    readJson(appSpec, content, 'AppSpec', 'the JSON of an AppSpec with a function').Resources[0] ?? {},
  )[0]?.Properties;

/** The alias of a function that goes from one version to another, and the functions that decide; ARNs or names. */
export interface SpecifiedShift {
  readonly functionName: string;
  readonly alias: string;
  readonly baseVersion: string;
  readonly newVersion: string;
  readonly preTraffic: string;
  readonly postTraffic: string;
}

export const writeAppSpec = (shift: SpecifiedShift): string => {
  const properties: Properties = {
    Name: shift.functionName,
    Alias: shift.alias,
    CurrentVersion: shift.baseVersion,
    TargetVersion: shift.newVersion,
  };
  return JSON.stringify({
    version: 0.0,
    Resources: [{ target: { Type: 'AWS::Lambda::Function', Properties: properties } }],
    Hooks: [{ BeforeAllowTraffic: shift.preTraffic }, { AfterAllowTraffic: shift.postTraffic }],
  });
};
