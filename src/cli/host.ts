/** Looks at this machine: what is there, and what each missing thing costs. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cacheRoot } from '../../tools/setup/cache.mjs';
import { findPython } from '../../tools/setup/python.mjs';
import { messageOf } from '../core/errors.ts';
import type { Finding } from './aws/preflight.ts';
import { toolchains, type Architecture } from '../core/schema/manifest.ts';
import { list } from '../core/report/format.ts';
import { openToolbox } from '../local/deploy/toolchains.ts';
import type { IsolationReport } from '../local/host/functions.ts';
import { probeIsolation } from '../local/host/isolation.ts';
import { startReaper } from '../local/reaper/reaper.ts';

/** Emulator, SAM CLI, Node and SDKs take about 1 GB, builds of all architectures as much again. */
const neededBytes = 2 * 1024 ** 3;

const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;

const python = async (): Promise<Finding> => {
  const what = 'Python with venv';
  try {
    return { what, verdict: 'ok', detail: await findPython(process.env) };
  } catch (error) {
    const cost = 'no local run: emulator and SAM CLI need it';
    return { what, verdict: 'bad', detail: 'missing', cost, mend: messageOf(error) };
  }
};

const builders = async (
  root: string,
  architectures: readonly Architecture[],
): Promise<readonly Finding[]> => {
  const reaper = startReaper(root);
  try {
    const { versions, missing } = await openToolbox(toolchains, reaper);
    return (
      toolchains
        // Node and Python the lab sets up itself.
        .filter((name) => name !== 'node' && name !== 'python')
        .map((name) => {
          const mend = missing[name];
          if (mend === undefined)
            return { what: name, verdict: 'ok', detail: (versions[name] ?? '').split('\n')[0] ?? '' };
          const users = architectures.filter((one) => one.toolchains.includes(name)).map(({ id }) => id);
          return {
            what: name,
            verdict: 'missing',
            detail: 'missing',
            cost: `left out: ${list(users)}`,
            mend,
          };
        })
    );
  } finally {
    await reaper.close();
  }
};

const limits: Readonly<Record<keyof IsolationReport, readonly [string, string, string]>> = {
  cpu: [
    'CPU shares',
    'functions get a whole CPU whatever their memory: memory sizes cannot be compared locally',
    'run as root, or with a delegated cgroup (systemd-run --user --scope -p Delegate=yes)',
  ],
  memory: ['Memory limits', 'a function may take more memory than its setting', 'as for CPU shares'],
  files: [
    'Lambda paths',
    'functions see the paths of this machine instead of /var/task and /opt',
    'allow unshare(1) to make mount namespaces: as root, or by unprivileged user namespaces',
  ],
  user: ['User of functions', 'functions run as root', 'run as another user, or install setpriv(1)'],
};

const isolation = (root: string): readonly Finding[] => {
  const report = probeIsolation(root);
  return (['cpu', 'memory', 'files', 'user'] as const).map((key) => {
    const [what, cost, mend] = limits[key];
    const detail = report[key];
    return /^(none|root):/.test(detail)
      ? { what, verdict: 'missing', detail, cost, mend }
      : { what, verdict: 'ok', detail };
  });
};

/** The file system that a directory is on, or will be on. */
const freeBytes = async (directory: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(directory);
    if (parent === directory) throw error;
    return freeBytes(parent);
  }
};

const space = async (what: string, directory: string): Promise<Finding> => {
  const free = await freeBytes(directory);
  const detail = `${gigabytes(free)} free in ${directory}`;
  if (free >= neededBytes) return { what, verdict: 'ok', detail };
  const mend = `free ${gigabytes(neededBytes)}, or set LATENCY_LAB_CACHE`;
  return { what, verdict: 'missing', detail, cost: 'setting up or building may stop midway', mend };
};

export const lookAtHost = async (
  root: string,
  architectures: readonly Architecture[],
): Promise<readonly Finding[]> => [
  { what: 'Node', verdict: 'ok', detail: process.version },
  await python(),
  ...(await builders(root, architectures)),
  ...isolation(root),
  await space('Disk for tools', cacheRoot(process.env)),
  await space('Disk for builds', root),
];
