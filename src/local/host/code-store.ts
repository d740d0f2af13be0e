/** Turns the packages of published versions and layers into directories on disk, each unpacked once. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Entry, fromBufferPromise } from 'yauzl';

export type CodeStore = ReturnType<typeof createCodeStore>;

interface ZipEntry {
  /** Relative, with `/` between parts and never leading out of the archive. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  /** Unix permission bits; 0o644 where the archive was not made on Unix. */
  readonly mode: number;
  /** The file's bytes or the link's target. */
  read(): Promise<Buffer>;
}

/** Lambda's limit for an unpacked package with its layers, in bytes. */
const maxUnpackedBytes = 262_144_000;

/** The library refuses paths that lead out of the archive; empty ones and NULs are left to us. */
const safePath = (path: string): string => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.includes('\0') || parts.length === 0)
    throw new Error(`the archive holds the unsafe path "${path}"`);
  return parts.join('/');
};

const kindOf = (unixMode: number, path: string): ZipEntry['kind'] => {
  if ((unixMode & 0o170000) === 0o120000) return 'link';
  return path.endsWith('/') ? 'directory' : 'file';
};

/** In the upper half, where the archive was made on Unix; 0 elsewhere. */
const unixModeOf = ({ versionMadeBy, externalFileAttributes }: Entry): number =>
  versionMadeBy >> 8 === 3 ? externalFileAttributes >>> 16 : 0;

/**
 * The entries in the archive's order.
 * @throws Error where the bytes are no zip archive, a path leads out of it or it unpacks to more than 250 MiB
 */
export async function* readZip(zip: Buffer): AsyncGenerator<ZipEntry> {
  const file = await fromBufferPromise(zip, { strictFileNames: true });
  let unpacked = 0;
  for await (const entry of file.eachEntry()) {
    unpacked += entry.uncompressedSize;
    if (unpacked > maxUnpackedBytes)
      throw new Error(`the archive unpacks to more than ${maxUnpackedBytes} bytes`);
    const unixMode = unixModeOf(entry);
    yield {
      path: safePath(entry.fileName),
      kind: kindOf(unixMode, entry.fileName),
      mode: unixMode & 0o777 || 0o644,
      read: async () => buffer(await file.openReadStreamPromise(entry)),
    };
  }
}

const unpack = async (zip: Buffer, target: string): Promise<void> => {
  await mkdir(target, { recursive: true });
  for await (const entry of readZip(zip)) {
    const path = join(target, entry.path);
    if (entry.kind === 'directory') {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    const content = await entry.read();
    if (entry.kind === 'link') {
      const to = content.toString();
      if (relative(target, resolve(dirname(path), to)).startsWith('..'))
        throw new Error(`the archive's link "${entry.path}" leads out of it`);
      await symlink(to, path);
    } else {
      await writeFile(path, content);
      // For all, as Lambda demands of packages: functions run as a user of their own. chmod, for umask must not matter.
      await chmod(path, entry.mode | ((entry.mode & 0o100) === 0 ? 0o444 : 0o555));
    }
  }
};

const sha256Of = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

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

/** @param codeDir where the zips are, named `<hex sha256>.zip`; it exists. @param workDir where directories are made; it is ours alone. */
export const createCodeStore = (codeDir: string, workDir: string) => {
  const underway = new Map<string, Promise<string>>();
  const shared = (place: string, fill: (directory: string) => Promise<void>): Promise<string> => {
    const running = underway.get(place);
    if (running !== undefined) return running;
    const started = once(place, fill);
    underway.set(place, started);
    started.catch(() => underway.delete(place));
    return started;
  };

  /**
   * The directory with a version's unpacked code.
   * @param sha256 lower-case hex digest of the zip
   * @throws Error where the zip is missing, is another one than the digest says, or cannot be unpacked
   */
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

  /** One directory with the layers' contents, later ones over earlier ones. */
  const layers = (zips: readonly Buffer[]): Promise<string> => {
    const key = sha256Of(Buffer.from(zips.map(sha256Of).join()));
    return shared(join(workDir, 'layers', key), async (directory) => {
      for (const zip of zips) await unpack(zip, directory);
    });
  };
  // A package is unpacked as soon as it is there: 7 MB take longer than a native function's whole cold start.
  const watcher = watch(codeDir, { persistent: false }, (_, name) => {
    const [, sha256] = /^([0-9a-f]{64})\.zip$/.exec(name ?? '') ?? [];
    // Whoever runs it is told what is wrong with it.
    if (sha256 !== undefined) task(sha256).catch(() => undefined);
  });
  const close = (): void => {
    watcher.close();
  };
  watcher.on('error', close);
  return { task, layers, close };
};
