/** What of Lambda's isolation this machine and this user allow: CPU share, memory limit, layers on /opt. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type ControlGroup,
  type Place,
  basesOf,
  findPlace,
  openControlGroup,
  tryOrWhy,
} from './control-groups.ts';
import { withLayers } from './runtimes.ts';
import type { IsolationReport } from './functions.ts';

export interface Isolation {
  readonly report: IsolationReport;
  /** Directories to be emptied and removed when the host is gone. */
  readonly directories: readonly string[];
  open(id: string): ControlGroup;
}

const layersReport = (): string => {
  const { file, args } = withLayers({ file: 'true', args: [] }, '/opt');
  const trial = spawnSync(file, args);
  if (trial.status === 0) return 'mount namespace';
  const said = trial.error?.message ?? trial.stderr.toString().trim().split('\n').pop() ?? '';
  return `none: ${said}`;
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
    open: (name) => openControlGroup(places, name),
  };
};
