/** Deployments on disk, one file each, so that one that was under way can be undone when its process is gone. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';

export type DeploymentStore = ReturnType<typeof createDeploymentStore>;

/** @param directory nobody else writes to it; made where it is not there */
export const createDeploymentStore = (directory: string) => {
  mkdirSync(directory, { recursive: true });
  return {
    /** Whoever is interrupted leaves the file as it was. */
    put: (deployment: Deployment): void => {
      const file = join(directory, `${deployment.id}.json`);
      writeFileSync(`${file}.part`, JSON.stringify(deployment));
      renameSync(`${file}.part`, file);
    },
    all: (): Deployment[] =>
      readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Deployment),
  };
};
