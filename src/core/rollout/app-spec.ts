/** The AppSpec of a deployment for Lambda, where CodeDeploy tells of no target: CloudFormation writes it as JSON. */
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

/** Of the first function. @throws InputError for another text than such a JSON */
export const readAppSpec = (content: string): Properties | undefined =>
  Object.values(
    readJson(appSpec, content, 'AppSpec', 'the JSON of an AppSpec with a function').Resources[0] ?? {},
  )[0]?.Properties;
