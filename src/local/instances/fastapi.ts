import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { withoutAws } from '../aws-environment.ts';
import type { Reaper } from '../reaper/reaper.ts';
import { startServer, type ServerProcess } from '../server-process.ts';

export interface FastapiOptions {
  /** The repository. */
  readonly root: string;
  /** Takes its log, fastapi.log. */
  readonly workDir: string;
  readonly reaper: Reaper;
  readonly onLog?: (line: string) => void;
}

/**
 * The FastAPI service as a process of this machine: what the server in `fastapi-ec2` is on AWS, without its size.
 * Rejects with the end of its log when it does not start.
 */
export const startFastapi = async ({
  root,
  workDir,
  reaper,
  onLog = () => undefined,
}: FastapiOptions): Promise<ServerProcess<{ readonly url: string }>> => {
  const { fastapi } = await ensureTools(root, ['fastapi'], { log: onLog });
  mkdirSync(workDir, { recursive: true });
  return startServer({
    name: 'the FastAPI service',
    command: [fastapi.exec, join(root, 'src', 'local', 'instances', 'serve.py')],
    env: {
      ...withoutAws(process.env),
      ARCHITECTURE_ID: 'fastapi-ec2',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: join(root, 'src', 'services', 'fastapi'),
    },
    logFile: join(workDir, 'fastapi.log'),
    reaper,
  });
};
