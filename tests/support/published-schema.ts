import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';

/** What schemas/`name` says. UPDATE_SCHEMAS=1 npx jest tests/core/schema tests/core/report writes it anew of `generated`. */
export const publishedSchema = (name: string, generated?: object): object => {
  const file = join(__dirname, '../../schemas', name);
  if (process.env['UPDATE_SCHEMAS'] === '1' && generated !== undefined)
    writeFileSync(file, `${JSON.stringify(generated, null, 2)}\n`);
  return JSON.parse(readFileSync(file, 'utf8')) as object;
};

export const compile = (schema: object): ValidateFunction => {
  const ajv = new Ajv({ allErrors: true });
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema);
};

/** As it stands in a file. */
export const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
