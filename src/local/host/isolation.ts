/**
 * CPU share and memory limit of function processes by control groups, where this user may make them. Lambda gives one
 * virtual CPU per 1769 MB; initialisation runs unthrottled, the share applies from the first event.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Place, cpuSettings, findPlace, memorySettings, tryOrWhy } from './control-groups.ts';
import { withLayers } from './runtimes.ts';
import type { IsolationReport } from './types.ts';

/** The control groups of one function process. */
export interface Cage {
  /** Resolves when the process is in it, which may take 10 ms. It may have ended already. */
  add(pid: number): Promise<void>;
  /** Sets the size from which CPU share and memory limit follow, and applies the latter. */
  resize(memoryMb: number): void;
  /** Applies the CPU share; once is enough. */
  throttle(): void;
  /** True when the kernel killed something in it for want of memory. */
  outOfMemory(): boolean;
  /** Kills what is left in it and removes it. */
  close(): void;
}

export interface Isolation {
  readonly report: IsolationReport;
  /** Directories to be emptied and removed when the host is gone. */
  readonly directories: readonly string[];
  open(id: string): Cage;
}

const layersReport = (): string => {
  const { file, args } = withLayers({ file: 'true', args: [] }, '/opt');
  const trial = spawnSync(file, args);
  if (trial.status === 0) return 'mount namespace';
  const said = trial.error?.message ?? trial.stderr.toString().trim().split('\n').pop() ?? '';
  return `none: ${said}`;
};

type Places = Readonly<Partial<Record<'cpu' | 'memory', Place>>>;

const basesOf = ({ cpu, memory }: Places): string[] => [
  ...new Set([cpu, memory].flatMap((place) => (place === undefined ? [] : [place.base]))),
];

const openCage = (places: Places, id: string): Cage => {
  const { cpu, memory } = places;
  // In version 2 both are one directory.
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
    add: async (pid) => {
      const moves = directories.map((directory) => writeFile(join(directory, 'cgroup.procs'), String(pid)));
      await Promise.allSettled(moves);
    },
    resize: (mb) => {
      memoryMb = mb;
      set(memory, memorySettings);
    },
    throttle: () => {
      // The process may have ended in this moment.
      if (!throttled && !closed) set(cpu, cpuSettings);
      throttled = true;
    },
    outOfMemory: () => {
      if (memory === undefined) return false;
      const file = memory.version === 1 ? 'memory.oom_control' : 'memory.events';
      let killed = false;
      tryOrWhy(() => {
        killed = /^oom_kill [1-9]/m.test(readFileSync(join(memory.base, id, file), 'utf8'));
      });
      return killed;
    },
    close: () => {
      closed = true;
      for (const directory of directories) remove(directory, 50);
    },
  };
};

/** Finds out what this machine allows. Takes some 20 ms. */
export const detectIsolation = (
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): Isolation => {
  const id = `latency-lab-${process.pid}-${randomBytes(4).toString('hex')}`;
  const find = (controller: 'cpu' | 'memory'): Place | string => {
    let found: Place | string = `control groups are a matter of Linux, and this is ${process.platform}`;
    const why = tryOrWhy(() => {
      found = findPlace(read('/proc/mounts'), read('/proc/self/cgroup'), controller, id);
    });
    return why !== undefined && process.platform === 'linux' ? why : found;
  };
  const cpu = find('cpu');
  const memory = find('memory');
  const say = (place: Place | string): string =>
    typeof place === 'string' ? `none: ${place}` : `cgroup v${place.version}`;
  const places = {
    ...(typeof cpu === 'string' ? {} : { cpu }),
    ...(typeof memory === 'string' ? {} : { memory }),
  };
  return {
    report: { cpu: say(cpu), memory: say(memory), layers: layersReport() },
    directories: basesOf(places),
    open: (name) => openCage(places, name),
  };
};
