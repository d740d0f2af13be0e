/**
 * CPU share and memory limit by control groups, version 1 or 2: where the host may make them and what is written into
 * them. Lambda gives one virtual CPU per 1769 MB; initialisation runs unthrottled, the share applies from the first event.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.ts';

/** One hierarchy in which the host may make groups of its own. */
export interface Place {
  readonly version: 1 | 2;
  readonly base: string;
}

/** Lambda's own scheduling period, in microseconds. */
const periodUs = 20_000;
const mbPerCpu = 1769;

/** CPU time per period in microseconds; the kernel takes no less than 1000. */
export const quotaUs = (memoryMb: number): number =>
  Math.max(1000, Math.round((memoryMb / mbPerCpu) * periodUs));

const mountsOf = (mounts: string, controller: 'cpu' | 'memory'): { version: 1 | 2; directory: string }[] =>
  mounts.split('\n').flatMap((line): { version: 1 | 2; directory: string }[] => {
    const [, directory = '', type, options = ''] = line.split(' ');
    if (type === 'cgroup' && options.split(',').includes(controller)) return [{ version: 1, directory }];
    return type === 'cgroup2' ? [{ version: 2, directory }] : [];
  });

/** The host's own group in the hierarchy, e.g. `/user.slice/x`; `/` where it is not known. */
const ownGroup = (groups: string, version: 1 | 2, controller: string): string => {
  for (const line of groups.split('\n')) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (version === 2 ? line.startsWith('0::') : controllers.split(',').includes(controller)) return path;
  }
  return '/';
};

/** Does it; what went wrong, or undefined. */
export const tryOrWhy = (action: () => void): string | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
};

/** Makes the base directory and proves, with a process of its own, that limits can be set and processes moved. */
const prove = (place: Place, controller: 'cpu' | 'memory'): void => {
  const isNew = !existsSync(place.base);
  if (isNew) mkdirSync(place.base);
  const trial = join(place.base, 'trial');
  try {
    if (place.version === 2) writeFileSync(join(place.base, 'cgroup.subtree_control'), `+${controller}`);
    mkdirSync(trial);
    const settings = controller === 'cpu' ? cpuSettings(place, mbPerCpu) : memorySettings(place, mbPerCpu);
    for (const [file, value] of settings) writeFileSync(join(trial, file), value);
    const moved = spawnSync('sh', ['-c', 'echo $$ >"$1/cgroup.procs"', 'sh', trial]);
    if (moved.status !== 0) throw new Error(`processes cannot be moved into ${trial}`);
    rmdirSync(trial);
  } catch (error) {
    tryOrWhy(() => {
      rmdirSync(trial);
    });
    // In version 2 it may hold the other controller's groups already.
    if (isNew) rmdirSync(place.base);
    throw error;
  }
};

export const cpuSettings = (place: Place, memoryMb: number): [file: string, value: string][] =>
  place.version === 1
    ? [
        ['cpu.cfs_period_us', String(periodUs)],
        ['cpu.cfs_quota_us', String(quotaUs(memoryMb))],
      ]
    : [['cpu.max', `${quotaUs(memoryMb)} ${periodUs}`]];

export const memorySettings = (place: Place, memoryMb: number): [file: string, value: string][] => [
  [place.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', String(memoryMb * 1024 * 1024)],
];

/** The nearest place, from the host's own group up to the root, where groups can be made; or why there is none. */
export const findPlace = (
  mounts: string,
  groups: string,
  controller: 'cpu' | 'memory',
  id: string,
): Place | string => {
  let why = `no control group hierarchy for ${controller} is mounted`;
  for (const { version, directory } of mountsOf(mounts, controller)) {
    let at = ownGroup(groups, version, controller);
    for (;;) {
      const place: Place = { version, base: join(directory, at, id) };
      const failure = tryOrWhy(() => {
        prove(place, controller);
      });
      if (failure === undefined) return place;
      why = failure;
      if (at === '/' || at === '') break;
      at = join(at, '..');
    }
  }
  return why;
};

export type Places = Readonly<Partial<Record<'cpu' | 'memory', Place>>>;

export const basesOf = ({ cpu, memory }: Places): string[] => [
  ...new Set([cpu, memory].flatMap((place) => (place === undefined ? [] : [place.base]))),
];

export type ControlGroup = ReturnType<typeof openControlGroup>;

/** The control groups of one function process. In version 2 CPU and memory are one directory. */
export const openControlGroup = (places: Places, id: string) => {
  const { cpu, memory } = places;
  const directories = basesOf(places).map((base) => join(base, id));
  for (const directory of directories) mkdirSync(directory);
  let memoryMb = 0;
  let throttled = false;
  let closed = false;
  const set = (
    place: Place | undefined,
    settings: (place: Place, mb: number) => [string, string][],
  ): void => {
    if (place === undefined) return;
    for (const [file, value] of settings(place, memoryMb)) writeFileSync(join(place.base, id, file), value);
  };

  const remove = (directory: string, triesLeft: number): void => {
    tryOrWhy(() => {
      for (const pid of readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n'))
        if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    });
    const failure = tryOrWhy(() => {
      rmdirSync(directory);
    });
    // A killed process leaves its group a little later.
    if (failure !== undefined && triesLeft > 0) setTimeout(remove, 20, directory, triesLeft - 1).unref();
  };

  return {
    /** Resolves when the process is in it, which may take 10 ms. It may have ended already. */
    add: async (pid: number): Promise<void> => {
      const moves = directories.map((directory) => writeFile(join(directory, 'cgroup.procs'), String(pid)));
      await Promise.allSettled(moves);
    },
    /** Sets the size from which CPU share and memory limit follow, and applies the latter. */
    resize: (mb: number): void => {
      memoryMb = mb;
      set(memory, memorySettings);
    },
    /** Applies the CPU share; once is enough. */
    throttle: (): void => {
      // The process may have ended in this moment.
      if (!throttled && !closed) set(cpu, cpuSettings);
      throttled = true;
    },
    /** True when the kernel killed something in it for want of memory. */
    outOfMemory: (): boolean => {
      if (memory === undefined) return false;
      const file = memory.version === 1 ? 'memory.oom_control' : 'memory.events';
      let killed = false;
      tryOrWhy(() => {
        killed = /^oom_kill [1-9]/m.test(readFileSync(join(memory.base, id, file), 'utf8'));
      });
      return killed;
    },
    /** Kills what is left in it and removes it. */
    close: (): void => {
      closed = true;
      for (const directory of directories) remove(directory, 50);
    },
  };
};
