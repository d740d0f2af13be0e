/** What of Lambda's isolation this machine and this user allow: CPU share, memory limit, file system, user. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Place, basesOf, findPlace, openControlGroup, tryOrWhy } from './control-groups.ts';
import type { FileSystemConfig } from './filesystem.ts';
import { openFileSystem } from './open-filesystem.ts';
import type { IsolationReport } from './functions.ts';

export type Isolation = ReturnType<typeof detectIsolation>;

/** Finds out what this machine allows. Takes some 70 ms. */
export const detectIsolation = (config: FileSystemConfig) => {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const id = `latency-lab-${process.pid}-${randomBytes(4).toString('hex')}`;
  const find = (controller: 'cpu' | 'memory'): Place | string => {
    let found: Place | string = `control groups are a matter of Linux, and this is ${process.platform}`;
    const why = tryOrWhy(() => {
      found = findPlace(read('/proc/mounts'), read('/proc/self/cgroup'), controller, id);
    });
    return why !== undefined && process.platform === 'linux' ? why : found;
  };
  const files = openFileSystem(config);
  const cpu = find('cpu');
  const memory = find('memory');
  const say = (place: Place | string): string =>
    typeof place === 'string' ? `none: ${place}` : `cgroup v${place.version}`;
  const places = {
    ...(typeof cpu === 'string' ? {} : { cpu }),
    ...(typeof memory === 'string' ? {} : { memory }),
  };
  return {
    report: { cpu: say(cpu), memory: say(memory), files: files.report, user: files.user },
    files,
    /** To be emptied and removed when the host is gone. */
    directories: basesOf(places),
    open: (name: string) => openControlGroup(places, name),
  };
};

/** The report alone, for the runtimes that are on this machine; leaves nothing behind. `root` is the repository. */
export const probeIsolation = (root: string): IsolationReport => {
  const workDir = mkdtempSync(join(tmpdir(), 'latency-lab-probe-'));
  const node = { exec: process.execPath, sdkModules: join(root, 'node_modules') };
  const config = { root, workDir, runtimes: { node, python: { exec: 'python3' } } };
  const { report, directories, files } = detectIsolation(config);
  for (const directory of directories)
    tryOrWhy(() => {
      rmdirSync(directory);
    });
  for (const directory of [workDir, files.directory]) rmSync(directory, { recursive: true, force: true });
  return report;
};
