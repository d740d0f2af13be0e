import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { InputError } from '../../core/errors.ts';
import { type Architecture, type Manifest, parseManifest } from '../../core/schema/manifest.ts';
import type { LeftOut } from '../../core/schema/request.ts';
import { cpuArchitecture } from '../aws-environment.ts';
import { type Reaper, startReaper } from '../reaper/reaper.ts';
import { buildsDirectory, fingerprint, forgetOld, pointerFile } from './builds.ts';
import { BuildError, sam } from './sam.ts';
import { openToolbox, split } from './toolchains.ts';

export interface BuildOptions {
  /** The repository. */
  readonly root: string;
  /** Ids of architectures; default: all that the local plane can run. */
  readonly only?: readonly string[];
  readonly onProgress: (line: string) => void;
}

export interface Build {
  /** True when nothing that goes in had changed since an earlier build. */
  readonly reused: boolean;
  readonly leftOut: readonly LeftOut[];
  /** Ids of the architectures that were built. */
  readonly targets: readonly string[];
}

/** What `sam build` reads; src/local and src/cli never get into a package, and the contract does by the hooks. */
const sources = [
  'events/contract',
  'templates',
  'statemachines',
  'src/adapters',
  'src/app',
  'src/core',
  'src/handlers',
  'src/ports',
  'src/services',
  'package-lock.json',
  'tsconfig.json',
  'tools/python/sam.lock',
  'tools/python/zig.lock',
];

export const readManifest = async (root: string): Promise<Manifest> =>
  parseManifest(await readFile(join(root, 'templates', 'architectures.json'), 'utf8'));

const wantedOf = (
  all: readonly Architecture[],
  only: readonly string[] | undefined,
): readonly Architecture[] => {
  if (only === undefined) return all.filter(({ local, onlyIfNamed }) => local && onlyIfNamed !== true);
  const ids = all.map(({ id }) => id);
  const unknown = only.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new InputError('only', unknown, ids.join(', '));
  return all.filter(({ id }) => only.includes(id));
};

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

const failureOf = (output: string): string => {
  const at = output.lastIndexOf('Build Failed');
  return (at < 0 ? output.trim().split('\n').slice(-15).join('\n') : output.slice(at)).trim();
};

interface Chosen {
  readonly buildable: readonly Architecture[];
  readonly others: readonly Architecture[];
}

const runBuild = async (
  { root, onProgress }: BuildOptions,
  directory: string,
  { buildable, others }: Chosen,
  reaper: Reaper,
): Promise<void> => {
  const built = buildable.flatMap(({ functions }) => functions);
  const excluded = others
    .flatMap(({ functions }) => functions)
    .filter((name) => !built.includes(name))
    .flatMap((name) => ['--exclude', name]);
  const args = ['build', '--template', join(root, 'templates', 'root.yaml'), '--build-dir', directory];
  const onLine = (line: string): void => {
    const functions = /^Building .*functions: (.*)$/.exec(line)?.[1];
    if (functions !== undefined) onProgress(`building ${functions}`);
  };
  const { code, output } = await sam([...args, '--build-in-source', '--parallel', ...excluded], {
    root,
    reaper,
    onLine,
    // For the native services' Makefiles: the functions run on this machine.
    env: { LAB_ARCH: cpuArchitecture },
  });
  if (code !== 0) throw new BuildError(`sam build failed:\n${failureOf(output)}`);
  const template = join(directory, 'template.yaml');
  const disabled = others.map(({ enabledBy }) => enabledBy);
  await writeFile(template, withoutDisabled(await readFile(template, 'utf8'), disabled));
};

const buildOrReuse = async (
  options: BuildOptions,
  key: string,
  chosen: Chosen,
  setUp: readonly ('zig' | 'cpp')[],
  reaper: Reaper,
): Promise<boolean> => {
  const { root } = options;
  const targets = chosen.buildable.map(({ id }) => id);
  const final = join(buildsDirectory(root), key);
  const reused = existsSync(join(final, 'template.yaml'));
  if (!reused) {
    // Beside the final place, at the same depth: the built templates hold relative paths to sources.
    const draft = `${final}.${process.pid}`;
    await mkdir(draft, { recursive: true });
    reaper.remove(draft);
    await ensureTools(root, setUp, { log: options.onProgress });
    await runBuild(options, draft, chosen, reaper);
    await rename(draft, final).catch((error: unknown) => {
      // Another process was quicker with the same build.
      if (!existsSync(join(final, 'template.yaml'))) throw error;
    });
    await forgetOld(root);
  }
  await writeFile(pointerFile(root, targets), JSON.stringify({ key }));
  return reused;
};

/**
 * Builds everything that is deployed with `sam build`, or reuses what an earlier call built from the same input.
 * An architecture whose toolchain is missing is left out, with a reason that says how to get it.
 * @throws InputError for an id that there is not; BuildError with what the builder said
 */
export const buildLab = async (options: BuildOptions): Promise<Build> => {
  const { root, only } = options;
  const { architectures } = await readManifest(root);
  const wanted = wantedOf(architectures, only);
  const reaper = startReaper(root);
  try {
    const { missing, versions } = await openToolbox(
      wanted.flatMap(({ toolchains }) => toolchains),
      reaper,
    );
    const { buildable, leftOut } = split(wanted, missing);
    const targets = buildable.map(({ id }) => id);
    const key = await fingerprint(root, sources, [...targets, JSON.stringify(versions)]);
    const others = architectures.filter((one) => !buildable.includes(one));
    const setUp = (['zig', 'cpp'] as const).filter((name) =>
      buildable.some(({ toolchains }) => toolchains.includes(name)),
    );
    const reused = await buildOrReuse(options, key, { buildable, others }, setUp, reaper);
    return { reused, leftOut, targets };
  } finally {
    await reaper.close();
  }
};
