/** What `templates/architectures.json` says: one row per architecture. It drives root.yaml, command line, report and tests. */
import * as v from 'valibot';
import { InputError } from '../errors.ts';
import { dictionary, fields, line, list, number, oneOf, type Output, readJson } from './fields.ts';
import { billing, targetId, targetKinds } from './target.ts';

/** What building an architecture takes beyond Node and npm, which everything takes. */
export const toolchains = ['node', 'python', 'pip', 'cargo', 'make', 'zig', 'cpp'] as const;
export type Toolchain = (typeof toolchains)[number];

const name = line(200);
const names = list(name, 1_000);

/** A published measurement by others, shown with its caveats beside ours; never part of a ranking. */
export const reference = fields({
  /** Of 1000 calls in succession, milliseconds. */
  meanMs: number(0, 60_000),
  dollars: number(0, 1_000_000),
  /** What the dollars pay for: `million requests` or `month`. */
  per: name,
});

const architecture = fields({
  /** The target's id as well. */
  id: targetId,
  title: name,
  kind: oneOf(targetKinds),
  /** Path from `templates/`. */
  template: name,
  /** The root template's parameter, 'true' or 'false', that deploys it. */
  enabledBy: name,
  /** Logical ids of its template's functions, distinct over all templates, so that `sam build --exclude` can leave them out. */
  functions: names,
  toolchains: list(oneOf(toolchains), toolchains.length),
  /** Path of its source from the repository's root. */
  service: name,
  /** Which set of Parameters and Outputs its template has. */
  group: name,
  /** Whether the local plane can run it. */
  local: v.boolean('true or false'),
  /** Not among the targets unless it is asked for by its id. */
  onlyIfNamed: v.exactOptional(v.boolean('true or false')),
  reference: v.exactOptional(reference),
  /** As its template registers it, for prices without a deployment. */
  billing: v.exactOptional(billing),
});

const manifest = fields({
  /** Names of Parameters by group of templates; `root` is root.yaml's, beside one `Enable<X>` per architecture. */
  parameters: v.optional(dictionary(names, v.string()), {}),
  outputs: v.optional(dictionary(names, v.string()), {}),
  architectures: list(architecture, 1_000),
});

export type Architecture = Output<typeof architecture>;
export type Manifest = Output<typeof manifest>;

const rejectTwice = (
  field: string,
  rows: readonly Architecture[],
  valuesOf: (row: Architecture) => readonly string[],
): void => {
  const values = rows.flatMap(valuesOf);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new InputError(`architectures.${field}`, twice, 'each value once');
};

/**
 * Reads the manifest's text.
 * @throws InputError naming the row and the field that is wrong, or the id or function that occurs twice.
 */
export const parseManifest = (json: string): Manifest => {
  const read = readJson(manifest, json, 'templates/architectures.json');
  const rows = read.architectures;
  rejectTwice('id', rows, ({ id }) => [id]);
  rejectTwice('enabledBy', rows, ({ enabledBy }) => [enabledBy]);
  // One template may be nested more than once.
  const templates = rows.filter(
    ({ template }, i) => rows.findIndex((row) => row.template === template) === i,
  );
  rejectTwice('functions', templates, ({ functions }) => functions);
  return read;
};
