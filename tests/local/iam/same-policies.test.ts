import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Template {
  readonly Resources: Record<string, { readonly Properties: { readonly Policies: unknown } }>;
}

const policiesOf = (id: string): unknown => {
  const file = join(__dirname, '..', '..', '..', 'templates', 'architectures', id, 'template.yaml');
  const template = parse(readFileSync(file, 'utf8'), { logLevel: 'silent' }) as Template;
  return template.Resources['Role']?.Properties.Policies;
};

// Their toolchains are not everywhere: what a run shows of the one holds for the others, as they make the same call.
it.each(['cpp-dynamodb', 'rust-dynamodb', 'python-dynamodb'])('%s may do what node-dynamodb may', (id) => {
  expect(policiesOf(id)).toEqual(policiesOf('node-dynamodb'));
  expect(policiesOf(id)).toEqual(expect.arrayContaining([expect.objectContaining({ PolicyName: 'count' })]));
});
