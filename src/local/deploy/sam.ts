import { join } from 'node:path';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { LabError } from '../../core/errors.ts';
import { region, withoutAws } from '../aws-environment.ts';
import { type ProgramResult, runProgram } from '../program.ts';
import type { Reaper } from '../reaper/reaper.ts';

/** `sam build` failed. Its message holds what the builder said. */
export class BuildError extends LabError {
  override readonly name = 'BuildError';
}

/** `sam deploy` failed. Its message names the resources that could not be created, and why. */
export class DeployError extends LabError {
  override readonly name = 'DeployError';
}

export interface SamOptions {
  readonly root: string;
  readonly reaper: Reaper;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** Runs the SAM CLI, which neither sends telemetry nor writes into anyone's home. */
export const sam = async (
  args: readonly string[],
  { root, reaper, env = {}, onLine }: SamOptions,
): Promise<ProgramResult> => {
  const { sam: tool } = await ensureTools(root, ['sam'], { log: onLine });
  // Through one pipe: of two, the reason of a failure may arrive before the headline that it is looked for after.
  const merged = ['-c', 'exec "$@" 2>&1', 'sh'];
  return runProgram('sh', [...merged, tool.exec, '-m', 'samcli', ...args], {
    cwd: root,
    reaper,
    onLine,
    env: {
      ...withoutAws(process.env),
      AWS_REGION: region,
      ...env,
      // Where it finds esbuild.
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
      SAM_CLI_TELEMETRY: '0',
      // Empty counts as unset: its modules are in a cache of ours, and compiling them each time takes seconds.
      PYTHONDONTWRITEBYTECODE: '',
      // Seconds between two looks at a stack's events. The default of 5 is longer than a whole deployment here.
      SAM_CLI_POLL_DELAY: '0.1',
      __SAM_CLI_APP_DIR: join(root, '.latency-lab', 'sam'),
    },
  });
};
