/** What `templates/architectures.json` says: one row per architecture. It drives root.yaml, command line, report and tests. */
import { InputError } from '../errors.ts';
import { targetKinds, type TargetKind } from '../target/target.ts';

/** What building an architecture takes beyond Node and npm, which everything takes. */
export const toolchains = ['node', 'python', 'pip', 'cargo', 'cmake'] as const;
export type Toolchain = (typeof toolchains)[number];

/** A published measurement by others, shown with its caveats beside ours; never part of a ranking. */
export interface Reference {
  /** Mean of 1000 calls in succession, milliseconds. */
  readonly meanMs: number;
  readonly dollars: number;
  /** What the dollars pay for: `million requests` or `month`. */
  readonly per: string;
}

export interface Architecture {
  /** The target's id as well. */
  readonly id: string;
  readonly title: string;
  readonly kind: TargetKind;
  /** Path from `templates/`. */
  readonly template: string;
  /** The root template's parameter, 'true' or 'false', that deploys it. */
  readonly enabledBy: string;
  /** Logical ids of its functions, distinct over all templates, so that `sam build --exclude` can leave them out. */
  readonly functions: readonly string[];
  readonly toolchains: readonly Toolchain[];
  /** Path of its source from the repository's root. */
  readonly service: string;
  /** Which set of Parameters and Outputs its template has. */
  readonly group: string;
  /** Whether the local plane can run it. */
  readonly local: boolean;
  readonly reference?: Reference;
}

export interface Manifest {
  /** Names of Parameters by group of templates; `root` is root.yaml's, beside one `Enable<X>` per architecture. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  readonly architectures: readonly Architecture[];
}

type Row = Partial<Record<keyof Architecture, unknown>>;

const strings = ['id', 'title', 'template', 'enabledBy', 'service', 'group'] as const;

const checkRow = (row: Row, at: string): void => {
  for (const field of strings) {
    const value = row[field];
    if (typeof value !== 'string' || value === '') throw new InputError(`${at}.${field}`, value, 'text');
  }
  if (!targetKinds.includes(row.kind as TargetKind)) {
    throw new InputError(`${at}.kind`, row.kind, targetKinds.join(', '));
  }
  for (const field of ['functions', 'toolchains'] as const) {
    const value = row[field];
    if (!Array.isArray(value) || !value.every((v) => typeof v === 'string')) {
      throw new InputError(`${at}.${field}`, value, 'a list of names');
    }
  }
  const unknown = (row.toolchains as string[]).find((name) => !toolchains.includes(name as Toolchain));
  if (unknown !== undefined) throw new InputError(`${at}.toolchains`, unknown, toolchains.join(', '));
  if (typeof row.local !== 'boolean') throw new InputError(`${at}.local`, row.local, 'true or false');
};

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
export const parseManifest = (text: string): Manifest => {
  const manifest = JSON.parse(text) as Manifest;
  const rows = manifest.architectures;
  if (!Array.isArray(rows)) throw new InputError('architectures', rows, 'a list of architectures');
  (rows as readonly Row[]).forEach((row, i) => {
    checkRow(row, `architectures[${i}]`);
  });
  rejectTwice('id', rows, ({ id }) => [id]);
  rejectTwice('enabledBy', rows, ({ enabledBy }) => [enabledBy]);
  rejectTwice('functions', rows, ({ functions }) => functions);
  return manifest;
};
