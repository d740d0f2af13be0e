import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import { type Architecture, type Manifest, parseManifest } from '../../core/schema/manifest.ts';
import type { LeftOut } from '../../core/schema/request.ts';
import { type Reaper, startReaper } from '../reaper/reaper.ts';
import { BuildError } from './errors.ts';
import { fingerprint } from './fingerprint.ts';
import { sam } from './sam.ts';
import { withoutDisabled } from './selection.ts';
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

/** What `sam build` reads; src/local and src/cli never get into a package. */
const sources = [
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
];
const kept = 3;

export const readManifest = async (root: string): Promise<Manifest> =>
  parseManifest(await readFile(join(root, 'templates', 'architectures.json'), 'utf8'));

/** Where the build of a selection is published; `deployLab` finds it by the same targets. */
export const buildsDirectory = (root: string): string => join(root, '.latency-lab', 'build');
export const pointerFile = (root: string, targets: readonly string[]): string =>
  join(buildsDirectory(root), `${[...targets].sort().join('+')}.json`);

const wantedOf = (
  all: readonly Architecture[],
  only: readonly string[] | undefined,
): readonly Architecture[] => {
  if (only === undefined) return all.filter(({ local }) => local);
  const ids = all.map(({ id }) => id);
  const unknown = only.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new InputError('only', unknown, ids.join(', '));
  return all.filter(({ id }) => only.includes(id));
};

const failureOf = (output: string): string => {
  const at = output.lastIndexOf('Build Failed');
  return (at < 0 ? output.trim().split('\n').slice(-15).join('\n') : output.slice(at)).trim();
};

const runBuild = async (
  { root, onProgress }: BuildOptions,
  directory: string,
  others: readonly Architecture[],
  reaper: Reaper,
): Promise<void> => {
  const excluded = others.flatMap(({ functions }) => functions).flatMap((name) => ['--exclude', name]);
  const args = ['build', '--template', join(root, 'templates', 'root.yaml'), '--build-dir', directory];
  const onLine = (line: string): void => {
    const functions = /^Building .*functions: (.*)$/.exec(line)?.[1];
    if (functions !== undefined) onProgress(`building ${functions}`);
  };
  const { code, output } = await sam([...args, '--build-in-source', '--parallel', ...excluded], {
    root,
    reaper,
    onLine,
    // The native services' Makefiles: by this machine's compiler, which takes seconds where one for Lambda takes minutes.
    env: { LAB_PLATFORM: 'host' },
  });
  if (code !== 0) throw new BuildError(`sam build failed:\n${failureOf(output)}`);
  const template = join(directory, 'template.yaml');
  const built = await readFile(template, 'utf8');
  await writeFile(
    template,
    withoutDisabled(
      built,
      others.map(({ enabledBy }) => enabledBy),
    ),
  );
};

/** Builds go by age; the newest few stay, because one goes back and forth between selections. */
const forgetOld = async (root: string): Promise<void> => {
  const directory = buildsDirectory(root);
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
  );
  for (const { name } of ages.sort((a, b) => b.at - a.at).slice(kept)) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
};

const buildOrReuse = async (
  options: BuildOptions,
  key: string,
  targets: readonly string[],
  others: readonly Architecture[],
  reaper: Reaper,
): Promise<boolean> => {
  const { root } = options;
  const final = join(buildsDirectory(root), key);
  const reused = existsSync(join(final, 'template.yaml'));
  if (!reused) {
    // Beside the final place, at the same depth: the built templates hold relative paths to sources.
    const draft = `${final}.${process.pid}`;
    await mkdir(draft, { recursive: true });
    reaper.remove(draft);
    await runBuild(options, draft, others, reaper);
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
    const reused = await buildOrReuse(options, key, targets, others, reaper);
    return { reused, leftOut, targets };
  } finally {
    await reaper.close();
  }
};
