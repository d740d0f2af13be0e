import { cpus, loadavg, platform, release, totalmem } from 'node:os';

const gib = 2 ** 30;

/** What the machine is and how busy it was, for the report: local figures mean nothing without it. */
export const machineLabels = (): Record<string, string> => {
  const processors = cpus();
  const [load = 0] = loadavg();
  return {
    'Host CPU': `${processors[0]?.model.trim() ?? 'unknown'} x ${processors.length}`,
    'Host memory': `${(totalmem() / gib).toFixed(1)} GiB`,
    'Host kernel': `${platform()} ${release()}`,
    'Load average at start (1 min)': load.toFixed(2),
    'Node of the harness': process.version,
  };
};
