/** One run on this machine, from an empty emulator to a report. */
import { join } from 'node:path';
import type { RunRequest } from '../../core/payloads.ts';
import { whenAborted } from '../abort.ts';
import type { Context } from '../context.ts';
import { executeRun } from '../run/execute.ts';
import type { RunParts } from '../run/load-flags.ts';
import { withLab, type Lab } from './lab.ts';

export interface LocalRun {
  readonly runId: string;
  readonly out: string;
  readonly memoryMb: number;
  readonly keep: boolean;
  readonly only?: readonly string[];
  readonly request: (parts: Omit<RunParts, 'runId'>) => RunRequest;
}

const keepRunning = async (context: Context, { plane, outputs }: Lab): Promise<void> => {
  const { print, terminal, signal } = context;
  const exports = Object.entries(plane.env).map(([name, value]) => `export ${name}='${value}'`);
  const rows = [
    '',
    `Emulator   ${plane.emulatorUrl}`,
    `Lambda     ${plane.lambdaUrl}`,
    `HTTP APIs  http://<api id>.${plane.apiUrlSuffix}`,
    ...Object.entries(outputs).map(([name, value]) => `${name} ${value}`),
    '',
    ...exports,
  ];
  print(`${rows.join('\n')}\n`);
  terminal.say('Everything keeps running until Ctrl-C. The lines above let the AWS CLI and SDKs reach it.');
  const reason = await Promise.race([plane.died, whenAborted(signal)]);
  if (reason !== undefined) throw new Error(reason);
};

/** @returns the exit code: 1 also when a target that `only` names was left out */
export const localRun = (context: Context, options: LocalRun): Promise<number> => {
  const { runId, out, only, memoryMb } = options;
  const workDir = join(context.root, '.latency-lab', 'runs', runId);
  return withLab(context, { workDir, memoryMb, ...(only === undefined ? {} : { only }) }, async (lab) => {
    const { plane, targets, leftOut, outputs } = lab;
    const request = options.request({ targets, leftOut, labels: plane.labels });
    const code = await executeRun(context, { runId, out, outputs, request, died: plane.died, pollMs: 1_000 });
    if (options.keep) await keepRunning(context, lab);
    return leftOut.some(({ id }) => only?.includes(id) === true) ? 1 : code;
  });
};
