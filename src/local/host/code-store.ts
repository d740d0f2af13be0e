/** Turns the packages of published versions and layers into directories on disk, each unpacked once. */
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readZip } from './zip.ts';

export interface CodeStore {
  /**
   * The directory with a version's unpacked code.
   * @param sha256 lower-case hex digest of the zip
   * @throws Error where the zip is missing, is another one than the digest says, or cannot be unpacked
   */
  task(sha256: string): Promise<string>;
  /** One directory with the layers' contents, later ones over earlier ones. */
  layers(zips: readonly Buffer[]): Promise<string>;
}

const sha256Of = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

const unpack = async (zip: Buffer, target: string): Promise<void> => {
  await mkdir(target, { recursive: true });
  for (const entry of readZip(zip)) {
    const path = join(target, entry.path);
    if (entry.kind === 'directory') {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    if (entry.kind === 'link') {
      const to = entry.read().toString();
      if (relative(target, resolve(dirname(path), to)).startsWith('..'))
        throw new Error(`the archive's link "${entry.path}" leads out of it`);
      await symlink(to, path);
    } else {
      await writeFile(path, entry.read());
      // Readable for all, as Lambda demands of packages; execute bits as in the archive. chmod, for umask must not matter.
      await chmod(path, entry.mode | 0o444);
    }
  }
};

/** Fills a directory beside its final place and moves it there, so that nobody ever sees half of it. */
const once = async (place: string, fill: (directory: string) => Promise<void>): Promise<string> => {
  if (existsSync(place)) return place;
  const draft = `${place}.${randomUUID()}`;
  try {
    await fill(draft);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
};

/** @param codeDir where the zips are, named `<hex sha256>.zip`. @param workDir where directories are made; it is ours alone. */
export const createCodeStore = (codeDir: string, workDir: string): CodeStore => {
  const underway = new Map<string, Promise<string>>();
  const shared = (place: string, fill: (directory: string) => Promise<void>): Promise<string> => {
    const running = underway.get(place);
    if (running !== undefined) return running;
    const started = once(place, fill);
    underway.set(place, started);
    started.catch(() => underway.delete(place));
    return started;
  };

  const task = (sha256: string): Promise<string> =>
    shared(join(workDir, 'task', sha256), async (directory) => {
      const file = join(codeDir, `${sha256}.zip`);
      const zip = await readFile(file).catch((error: unknown) => {
        throw new Error(`the code of the version is not there: ${file}`, { cause: error });
      });
      const found = sha256Of(zip);
      if (found !== sha256) throw new Error(`${file} holds other code: its SHA-256 is ${found}`);
      await unpack(zip, directory);
    });

  const layers = (zips: readonly Buffer[]): Promise<string> => {
    const key = sha256Of(Buffer.from(zips.map(sha256Of).join()));
    return shared(join(workDir, 'layers', key), async (directory) => {
      for (const zip of zips) await unpack(zip, directory);
    });
  };
  return { task, layers };
};
