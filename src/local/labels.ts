import { cpus, loadavg, platform, release, totalmem } from 'node:os';

const gib = 2 ** 30;

/**
 * The vantage of what is called directly on the local plane, servers and URLs of the user's own: functions are called
 * through the function host, whose time is in their figures alone, so the two are ranked apart.
 */
export const withoutFunctionHost = 'this machine without the function host';

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
